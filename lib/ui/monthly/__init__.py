"""月次: which report, what the manager writes into it, and the report itself."""
