from tests.casework.ten_teams import pilot

__all__ = ["pilot"]
