import dlt

SYSTEM, OBJECT = "sap", "vbak"
NAMES = "{layer}_{system}_{object}"


@dlt.table(name=NAMES.format(layer="bronze", system=SYSTEM, object=OBJECT))
def bronze():
    return spark.readStream.table("{}.{}".format(SYSTEM, OBJECT))


@dlt.table(name="silver_%s" % OBJECT)
def silver():
    left = dlt.read("%s_%s_%s" % ("bronze", SYSTEM, OBJECT))
    return left.join(spark.table("{0}.{1}".format("ref", "currency")), "waers")


@dlt.table(name="_".join(["gold", OBJECT]).upper())
def gold():
    return dlt.read("silver_" + OBJECT.lower().strip())
