"""What is generated from the catalogue: JSON Schemas, the AsyncAPI document, the topics file, the table in the docs."""
