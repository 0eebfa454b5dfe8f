import dlt

sources = {"users": "app.users", "teams": "app.teams"}


def make(target, source):
    @dlt.table(name=target)
    def inner():
        return spark.read.table(source)


for key, value in sources.items():
    make(f"bronze_{key}", value)

for key in sources:
    make(target="silver_" + key, source="bronze_" + key)

for number, key in enumerate(sources.keys()):
    make(f"gold_{number}", f"silver_{key}")

for short, n in zip(["u", "t"], range(2)):
    make(f"{short}_copy", f"gold_{n}")


@dlt.table
def wide():
    result = None
    for name, _ in sources.items():
        frame = dlt.read("bronze_%s" % name)
        result = frame if result is None else result.join(frame, "id", "outer")
    return result
