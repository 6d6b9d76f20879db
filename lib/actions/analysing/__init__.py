"""分析: what pages ask of complaints, worked out once for each state of the data."""
