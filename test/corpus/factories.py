import dlt

STAGING = "staging.{entity}"


def vault(entity, suffix="detail"):
    hub = "hub_{}".format(entity)

    def hub_table():
        @dlt.table(name=hub, comment="Hub of {}".format(entity))
        def define():
            return spark.readStream.table(STAGING.format(entity=entity))

    def satellite():
        @dlt.table(name="sat_{e}".format(e=entity))
        def define():
            detail = spark.read.table("{}_{}".format(STAGING, suffix).format(entity=entity))
            return dlt.read(hub).join(detail, "id")

    hub_table()
    satellite()


def link(*entities):
    @dlt.table(name="link_" + "_".join(entities))
    def define():
        first, *rest = [dlt.read(f"hub_{e}") for e in entities]
        for other in rest:
            first = first.crossJoin(other)
        return first


vault("customer")
vault(entity="contract")
link("customer", "contract")
