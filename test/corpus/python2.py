# -*- coding: utf-8 -*-
import dlt

print "loading the legacy tables"

DEBUG = 0777
NAME = u"legacy_raw"

@dlt.table(name=NAME)
def first():
    try:
        return spark.table(u"old.legacy")
    except ValueError, error:
        print >>log, "failed", error
        raise

if not dict().has_key("x"):
    exec "pass"

@dlt.table
def legacy():
    return dlt.read("legacy_raw")
