"""Files generated from the catalogue: JSON Schemas, the AsyncAPI document, the topics file, the tables in the docs."""
