import dlt

FOLDERS = {"orders": "/Volumes/main/shop/landing/orders", "customers": "/Volumes/main/shop/landing/customers"}


def load_folder(name, path):
    @dlt.table(name=f"{name}_raw", comment=f"Files of {name}, as delivered.")
    def load():
        return spark.readStream.format("cloudFiles").option("cloudFiles.format", "json").load(path)


for name, path in FOLDERS.items():
    load_folder(name, path)
