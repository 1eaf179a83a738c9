"""Settings: one frozen record, read once from the environment and `.env`, wrong values named in one line.

Names are `SMARTINVEST_` + the field in capitals; `HOST` and `PORT` are also read without the prefix, because hosting platforms
set them so. A secret may be given as a file by `SMARTINVEST_<NAME>_FILE`. The environment wins over `.env`, an empty value means
"not set", and the name with the prefix wins over the one without.
"""

from advisor.config.loading import load_settings, prepare_data_dir, unknown_variables
from advisor.config.settings import Settings

__all__ = ["Settings", "load_settings", "prepare_data_dir", "unknown_variables"]
