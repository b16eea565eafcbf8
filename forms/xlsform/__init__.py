"""XLSForm: forms as workbooks. Bytes in, values out; reads .xlsx, .xls, CSV and Markdown tables, writes .xlsx."""
