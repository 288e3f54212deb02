"""A report for who decides: one HTML page of what scores say."""
