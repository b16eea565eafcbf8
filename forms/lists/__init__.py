"""Lists of up to 50,000 rows that stand in CSV files: read, looked up, searched, pinned by the forms that use them."""
