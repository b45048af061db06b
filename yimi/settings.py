"""All settings, read once at the start; nobody else reads the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the variable, the value and the cure in one line."""


class Settings(BaseSettings):
    """Environment variables or `.env`; the table in README.md lists them all."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, populate_by_name=True
    )

    var_dir: Path = Field(default=ROOT / "var", validation_alias="YIMI_VAR")
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    engine_url: str = Field(default="", validation_alias="ENGINE_URL")
    secret_key: str = Field(default="", validation_alias="SECRET_KEY")
    secret_keys_old: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="SECRET_KEYS_OLD")
    host: str = Field(default="127.0.0.1", validation_alias="YIMI_HOST")
    port: int = Field(default=8000, ge=1, le=65000, validation_alias="YIMI_PORT")
    public_url: str = Field(default="", validation_alias="YIMI_PUBLIC_URL")
    trusted_proxies: str = Field(default="127.0.0.1", validation_alias="YIMI_TRUSTED_PROXIES")
    telegram_bot_token: str | None = Field(default=None, validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_worker_bot_token: str | None = Field(default=None, validation_alias="TELEGRAM_WORKER_BOT_TOKEN")
    telegram_api_url: str = Field(default="https://api.telegram.org", validation_alias="TELEGRAM_API_URL")
    wechat_token: str | None = Field(default=None, validation_alias="WECHAT_TOKEN")
    wechat_app_id: str | None = Field(default=None, validation_alias="WECHAT_APP_ID")
    wechat_app_secret: str | None = Field(default=None, validation_alias="WECHAT_APP_SECRET")
    wechat_aes_key: str | None = Field(default=None, validation_alias="WECHAT_AES_KEY")
    wechat_api_url: str = Field(default="https://api.weixin.qq.com", validation_alias="WECHAT_API_URL")
    hold_hours: float = Field(default=12, gt=0, le=1000, validation_alias="YIMI_HOLD_HOURS")
    demo: bool = Field(default=True, validation_alias="YIMI_DEMO")
    speech_model: Path | None = Field(default=None, validation_alias="YIMI_SPEECH_MODEL")
    ocr: bool = Field(default=False, validation_alias="YIMI_OCR")

    @field_validator("secret_keys_old", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator(
        "telegram_bot_token", "telegram_worker_bot_token", "redis_url", "speech_model",
        "wechat_token", "wechat_app_id", "wechat_app_secret", "wechat_aes_key", mode="before",
    )  # fmt: skip
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return (value.strip() or None) if isinstance(value, str) else value

    @field_validator("speech_model")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("没有这个文件夹：要写语音模型所在的文件夹；不设就不听语音")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("要以 redis://、rediss:// 或 unix:// 开头")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql")):
            raise ValueError("只支持 sqlite:///… 和 postgresql+psycopg://…")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("wechat_token")
    @classmethod
    def _wechat_token(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[A-Za-z0-9]{3,32}", value):
            raise ValueError("要和公众号后台填的一样：3 到 32 个英文字母或数字")
        return value

    @field_validator("wechat_aes_key")
    @classmethod
    def _wechat_aes_key(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[A-Za-z0-9]{43}", value):
            raise ValueError("要和公众号后台的 EncodingAESKey 一样：43 个英文字母或数字")
        return value

    @field_validator("engine_url", "public_url", "telegram_api_url", "wechat_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("要写完整网址，以 http:// 或 https:// 开头")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and (len(value) < SHORTEST_SECRET or len(set(value)) < 8):
            raise ValueError(f"太短或太简单：至少 {SHORTEST_SECRET} 个字符；不设置时会自动生成一个")
        return value

    @model_validator(mode="after")
    def _wechat_whole(self) -> Settings:
        """An account needs its token, id and secret; the AES key only in the safe mode."""
        three = {
            "WECHAT_TOKEN": self.wechat_token,
            "WECHAT_APP_ID": self.wechat_app_id,
            "WECHAT_APP_SECRET": self.wechat_app_secret,
        }
        given = [name for name, value in (three | {"WECHAT_AES_KEY": self.wechat_aes_key}).items() if value]
        missing = [name for name, value in three.items() if not value]
        if given and missing:
            has, lacks = "、".join(given), "、".join(missing)
            raise ValueError(f"写了 {has}，还缺 {lacks}：要么都写上，要么都不写（微信就不启动）")
        return self

    @model_validator(mode="after")
    def _defaults(self) -> Settings:
        fill = {
            "database_url": self.database_url or f"sqlite:///{self.var_dir / 'yimi.db'}",
            "engine_url": self.engine_url or f"http://127.0.0.1:{self.port + 5}",
            "public_url": self.public_url or f"http://127.0.0.1:{self.port}",
        }
        for name, value in fill.items():
            object.__setattr__(self, name, value)
        return self

    def derived(self, purpose: str) -> str:
        """A secret for one purpose, made from SECRET_KEY: 64 hexadecimal digits."""
        return hmac.new(self.secret_key.encode(), f"yimi {purpose}".encode(), hashlib.sha256).hexdigest()

    @property
    def actions_url(self) -> str:
        """Where the engine finds its action server: the port after its own, on this machine."""
        return f"http://127.0.0.1:{(urlsplit(self.engine_url).port or 80) + 1}"

    @property
    def engine_port(self) -> int:
        """The engine's port."""
        return urlsplit(self.engine_url).port or 80

    @property
    def redis_socket(self) -> Path:
        """The embedded Redis listens here and on no port."""
        return self.var_dir / "redis" / "redis.sock"


def load_settings(**given: Any) -> Settings:
    """The settings; the secret from `var/secret.key` unless SECRET_KEY is set. SettingsError when one is wrong."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:  # several that do not fit together; never show them, secrets are among them
            raise SettingsError(_cure(first)) from None
        name = str(first["loc"][0])
        raise SettingsError(f"{name}={_shown(name, first.get('input'))}：{_cure(first)}") from None
    if settings.secret_key:
        return settings
    return settings.model_copy(update={"secret_key": _kept_secret(settings.var_dir)})


def _kept_secret(var_dir: Path) -> str:
    """The secret of this installation, made on the first start; readable by its owner only."""
    path = var_dir / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:  # another process of the same start was quicker
        pass
    return path.read_text(encoding="ascii").strip()


def _shown(name: str, value: Any) -> str:
    return "（不显示）" if re.search("KEY|TOKEN|SECRET", name.upper()) else repr(value)


def _cure(error: Any) -> str:
    kinds = {
        "int_parsing": "要写整数",
        "bool_parsing": "要写 0 或 1",
        "less_than_equal": "太大",
        "greater_than_equal": "太小",
        "greater_than": "要大于 0",
        "float_parsing": "要写数字",
    }
    return kinds.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def settings_or_exit() -> Settings:
    """For commands: the settings, or one clear line on stderr and exit code 2."""
    try:
        return load_settings()
    except SettingsError as error:
        print(f"设置有误：{error}", file=sys.stderr)
        raise SystemExit(2) from None
