"""The sample year: one seed gives a whole invented company, without any store."""

from lib.sample.company import SampleCompany, sample_company

__all__ = ["SampleCompany", "sample_company"]
