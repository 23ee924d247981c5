import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from cloud_sync.contract.passwords import nobodys


@pytest.mark.parametrize("hasher", [PasswordHasher(), PasswordHasher(time_cost=1, memory_cost=64, parallelism=2)])
def test_to_check_nobodys_password_takes_all_the_work_of_checking_anybodys(hasher: PasswordHasher) -> None:
    hashed = nobodys(hasher)
    assert extract_parameters(hashed) == extract_parameters(hasher.hash("anybody's"))
    with pytest.raises(VerifyMismatchError):  # was worked out to the end: another error comes before the work
        hasher.verify(hashed, "anybody's")
    assert nobodys(hasher) != hashed
