"""Files that go to the services or come from them.

- `import_upload`: a file that is sent to registry's import, and its report.
- `export_download`: registry's exports.
- `table_files`, `listings`: lists as CSV, XLSX or JSON, and their columns.
"""
