import dlt


def calls_raw():
    return spark.readStream.table("src.calls")


dlt.table(calls_raw)


def _clean():
    return dlt.read("calls_raw").dropDuplicates()


dlt.table(name="calls_clean", comment="without doubles")(dlt.expect("length", "seconds >= 0")(_clean))


def register(name):
    def body():
        agents = dlt.read("agents")

        def joined(frame):
            return frame.join(agents, "agent_id")

        return joined(dlt.read("calls_clean"))

    dlt.table(body, name=name)


register("calls_nested")
dlt.view(lambda: spark.read.table("calls_nested"), name="calls_lambda")
