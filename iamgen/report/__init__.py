"""Make the page of `iamgen report`: one HTML file that shows who can do what, and needs nothing else.

tables = AccessTables.of(overview)              who can act as what, as tables of numbers and texts
html = report_page(ReportContents(…))           the page
"""
