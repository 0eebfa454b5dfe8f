from dataclasses import dataclass, field
import dlt


@dataclass
class Entity:
    name: str
    also: list = field(default_factory=list)
    schema: str = "landing"

    @property
    def stage(self):
        return f"{self.name}_stage"


class Pipeline:
    SUFFIX = "_final"

    def __init__(self, entity):
        self.entity = entity
        self.final = entity.name + self.SUFFIX

    def run(self):
        self._stage()
        self._final()

    def _stage(self):
        @dlt.table(name=self.entity.stage)
        def stage():
            return spark.readStream.table(f"{self.entity.schema}.{self.entity.name}")

    def _final(self):
        @dlt.table(name=self.final)
        def final():
            frame = dlt.read(self.entity.stage)
            for other in self.entity.also:
                frame = frame.join(dlt.read(other), "id")
            return frame


for entity in [Entity("orders"), Entity(name="items", also=["orders_final"])]:
    Pipeline(entity).run()
