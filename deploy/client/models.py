"""The models of a document's schemas, written by datamodel-code-generator.

Invariant: a model takes what any release of a service may answer, such as a status that is new: it holds names and
types, and no bound, pattern or list of values. What a request may hold, the service decides.
"""

from typing import Any, Final

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import DateClassType, DatetimeClassType, Formatter, PythonVersion

from deploy.client.documents import Document

_BOUNDS: Final = {f"{side}{of}" for side in ("min", "max") for of in ("imum", "Items", "Length")}
_LEFT_OUT: Final = (
    _BOUNDS
    | {"exclusiveMaximum", "exclusiveMinimum", "multipleOf", "pattern", "uniqueItems"}
    | {"const", "contentMediaType", "description", "enum", "example", "examples", "title"}
)


def models_of(document: Document) -> str:
    """The Python text of all models of the document."""
    known: Document = document["components"]["schemas"]
    schemas = {
        name: {**_plain(schema), **{word: schema[word] for word in ("description",) if word in schema}}
        for name, schema in known.items()
    }
    text = generate(
        {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": schemas}},
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        base_class="isopolity.client.model.Model",
        collapse_root_models=True,
        strict_nullable=True,
        use_annotated=True,
        use_generic_container_types=True,
        use_schema_description=True,
        use_single_line_docstring=True,
        use_standard_collections=True,
        use_union_operator=True,
        output_date_class=DateClassType.Date,
        output_datetime_class=DatetimeClassType.Awaredatetime,
        disable_timestamp=True,
        formatters=[Formatter.BUILTIN],
    )
    assert isinstance(text, str)  # noqa: S101 - one document makes one module
    return text


def _plain(schema: Any, *, names: bool = False) -> Any:
    """The schema without its bounds; `names` where its keys are names of fields."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {"minItems", "maxItems"} if "prefixItems" in schema else set()  # they make it a tuple
    return {
        key: _plain(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or key in kept or not (key in _LEFT_OUT or (key == "additionalProperties" and value is False))
    }
