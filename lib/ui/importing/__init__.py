"""「Excel取込」: from a file to rows in steps, each of which can be corrected."""
