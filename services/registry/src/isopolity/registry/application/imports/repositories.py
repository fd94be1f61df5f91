"""The repositories of imports that registry's unit of work has."""

from typing import Protocol

from isopolity.registry.application.imports.known_layouts import KnownLayouts
from isopolity.registry.application.imports.prepared import PreparedImports
from isopolity.registry.application.imports.work import ImportWorks


class ImportRepositories(Protocol):
    """Repositories on the connection of one transaction."""

    @property
    def prepared(self) -> PreparedImports: ...

    @property
    def import_works(self) -> ImportWorks: ...

    @property
    def known_layouts(self) -> KnownLayouts: ...
