"""The Bot API methods. Each takes the account and decoded parameters, and returns the `result`."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import telegram

from tests.botapi.accounts import MAX_DOWNLOAD, BotAccount, StoredFile, Webhook
from tests.botapi.errors import bad_request, conflict, too_many
from tests.botapi.markup import MAX_CAPTION, check_text, entities_of, inline, keyboard

Params = dict[str, Any]
Method = Callable[[BotAccount, Params], Awaitable[Any]]
PER_CHAT_SECONDS = 1.0  # Telegram's advice: one message a second in one chat


def number(params: Params, name: str, default: int | None = None) -> int:
    value = params.get(name, default)
    try:
        return int(str(value))
    except ValueError:
        raise bad_request(f"{name} must be an integer") from None


async def get_me(account: BotAccount, params: Params) -> Any:
    return account.user.to_dict()


async def get_updates(account: BotAccount, params: Params) -> Any:
    if account.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    if isinstance(params.get("allowed_updates"), list):
        account.updates.allowed = params["allowed_updates"]
    return await account.updates.get(
        number(params, "offset", 0), number(params, "limit", 100), number(params, "timeout", 0)
    )


async def set_webhook(account: BotAccount, params: Params) -> Any:
    url = str(params.get("url") or "")
    if not url:
        return await delete_webhook(account, params)
    if not url.startswith(("https://", "http://127.0.0.1")):  # plain HTTP: as a self-hosted server in --local mode
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    await account.updates.abort("terminated by setWebhook request")
    if str(params.get("drop_pending_updates", "false")).lower() == "true":
        account.updates.clear()
    if isinstance(params.get("allowed_updates"), list):
        account.updates.allowed = params["allowed_updates"]
    account.webhook = Webhook(url, params.get("secret_token"), number(params, "max_connections", 40))
    account.updates.wake()
    return True


async def delete_webhook(account: BotAccount, params: Params) -> Any:
    account.webhook = None
    if str(params.get("drop_pending_updates", "false")).lower() == "true":
        account.updates.clear()
    return True


async def get_webhook_info(account: BotAccount, params: Params) -> Any:
    hook = account.webhook
    info: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(account.updates.pending),
    }
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.last_error_date:
            info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if account.updates.allowed:
        info["allowed_updates"] = account.updates.allowed
    return info


def _reply_target(account: BotAccount, chat: telegram.Chat, params: Params) -> telegram.Message | None:
    wanted = (params.get("reply_parameters") or {}).get("message_id") or params.get("reply_to_message_id")
    if wanted is None:
        return None
    if (chat.id, int(wanted)) not in account.messages:
        raise bad_request("message to be replied not found")
    return account.message(chat.id, int(wanted))


def _post(account: BotAccount, params: Params, **content: Any) -> Any:
    chat = account.chat(params.get("chat_id"))
    markup = keyboard(params.get("reply_markup"))
    target = _reply_target(account, chat, params)
    message = account.store(chat, account.user, reply_markup=inline(markup), reply_to_message=target, **content)
    return message.to_dict()


def per_chat_limit(account: BotAccount, params: Params) -> None:
    chat_id = number(params, "chat_id", 0)
    now = time.monotonic()
    if now - account.last_sent.get(chat_id, -PER_CHAT_SECONDS) < PER_CHAT_SECONDS:
        raise too_many(1)
    account.last_sent[chat_id] = now


async def send_message(account: BotAccount, params: Params) -> Any:
    account.chat(params.get("chat_id"))
    if params.get("parse_mode"):
        raise bad_request("this server does not parse marked-up text; send entities")
    text = check_text(params.get("text"))
    return _post(account, params, text=text, entities=entities_of(text, params.get("entities")))


def _file(account: BotAccount, params: Params, field: str, folder: str) -> StoredFile:
    given = params.get(field)
    if isinstance(given, tuple):  # an upload: (file name, content)
        name, content = given
        return account.keep_file(content, folder, "." + name.rsplit(".", 1)[-1] if "." in name else "")
    if isinstance(given, str) and given.startswith("attach://"):
        name, content = params[given.removeprefix("attach://")]
        return account.keep_file(content, folder, "." + name.rsplit(".", 1)[-1] if "." in name else "")
    if given in account.files:
        return account.files[str(given)]
    raise bad_request("wrong file identifier/HTTP URL specified" if given else f"there is no {field} in the request")


def _caption(params: Params) -> Params:
    caption = params.get("caption")
    if not caption:
        return {}
    caption = check_text(caption, MAX_CAPTION)
    return {"caption": caption, "caption_entities": entities_of(caption, params.get("caption_entities"))}


async def send_photo(account: BotAccount, params: Params) -> Any:
    account.chat(params.get("chat_id"))
    stored = _file(account, params, "photo", "photos")
    photo = telegram.PhotoSize(stored.file_id, stored.unique_id, 320, 240, file_size=stored.size)
    return _post(account, params, photo=[photo], **_caption(params))


async def send_document(account: BotAccount, params: Params) -> Any:
    account.chat(params.get("chat_id"))
    stored = _file(account, params, "document", "documents")
    document = telegram.Document(stored.file_id, stored.unique_id, file_size=stored.size)
    return _post(account, params, document=document, **_caption(params))


def _own(account: BotAccount, params: Params, verb: str) -> dict[str, Any]:
    chat = account.chat(params.get("chat_id"))
    content = account.messages.get((chat.id, number(params, "message_id", 0)))
    if content is None:
        raise bad_request(f"message to {verb} not found")
    if content["from_user"].id != account.user.id:
        raise bad_request(f"message can't be {'edited' if verb == 'edit' else 'deleted'}")
    return content


def _changed(account: BotAccount, content: dict[str, Any], change: dict[str, Any]) -> Any:
    if all(content.get(key) == value for key, value in change.items()):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message"
        )
    content.update(change)
    content["edit_date"] = content["date"]
    return account.message(content["chat"].id, content["message_id"]).to_dict()


async def edit_message_text(account: BotAccount, params: Params) -> Any:
    content = _own(account, params, "edit")
    text = check_text(params.get("text"))
    if "text" not in content:
        raise bad_request("there is no text in the message to edit")
    return _changed(
        account,
        content,
        {
            "text": text,
            "entities": entities_of(text, params.get("entities")),
            "reply_markup": inline(keyboard(params.get("reply_markup"))),
        },
    )


async def edit_message_reply_markup(account: BotAccount, params: Params) -> Any:
    return _changed(
        account, _own(account, params, "edit"), {"reply_markup": inline(keyboard(params.get("reply_markup")))}
    )


async def delete_message(account: BotAccount, params: Params) -> Any:
    content = _own(account, params, "delete")
    del account.messages[content["chat"].id, content["message_id"]]
    return True


async def answer_callback_query(account: BotAccount, params: Params) -> Any:
    if not account.queries.get(str(params.get("callback_query_id"))):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(str(params.get("text") or "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    account.queries[str(params["callback_query_id"])] = False
    account.answers.append(params)
    return True


async def send_chat_action(account: BotAccount, params: Params) -> Any:
    chat = account.chat(params.get("chat_id"))
    if params.get("action") not in list(telegram.constants.ChatAction):
        raise bad_request("wrong parameter action in request")
    account.actions.append((chat.id, str(params["action"])))
    return True


async def get_file(account: BotAccount, params: Params) -> Any:
    stored = account.files.get(str(params.get("file_id")))
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return telegram.File(stored.file_id, stored.unique_id, stored.size, stored.path).to_dict()


def _scope(params: Params) -> tuple[str, str]:
    scope = params.get("scope") or {"type": "default"}
    return f"{scope.get('type')}:{scope.get('chat_id', '')}", str(params.get("language_code") or "")


async def set_my_commands(account: BotAccount, params: Params) -> Any:
    commands = [telegram.BotCommand.de_json(item, None) for item in params.get("commands") or []]
    for command in commands:
        if (
            not command.command.replace("_", "").isalnum()
            or command.command != command.command.lower()
            or not command.command.isascii()
            or not 1 <= len(command.command) <= 32
        ):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    account.commands[_scope(params)] = commands
    return True


async def get_my_commands(account: BotAccount, params: Params) -> Any:
    return [command.to_dict() for command in account.commands.get(_scope(params), [])]


async def set_chat_menu_button(account: BotAccount, params: Params) -> Any:
    account.menu_buttons[params.get("chat_id")] = params.get("menu_button") or {"type": "default"}
    return True


async def get_chat_menu_button(account: BotAccount, params: Params) -> Any:
    return account.menu_buttons.get(params.get("chat_id"), {"type": "default"})


async def get_chat(account: BotAccount, params: Params) -> Any:
    return account.chat(params.get("chat_id")).to_dict() | {"accent_color_id": 0, "max_reaction_count": 11}


async def leave_chat(account: BotAccount, params: Params) -> Any:
    account.left.add(account.chat(params.get("chat_id")).id)
    return True


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "getfile": get_file,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    "getchat": get_chat,
    "leavechat": leave_chat,
}
