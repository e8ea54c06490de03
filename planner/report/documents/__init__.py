"""Documents and figures: the proposal as PDF and DOCX, pictures as SVG and PNG."""
