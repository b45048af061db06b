.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON3 := $(shell command -v python3 || command -v python)

help: ## 列出所有命令
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## 安装缺少的部分：两个环境、网页素材、模型
	@$(PYTHON3) yimi/install.py

run: setup ## 启动一切，按 Ctrl-C 停止
	@exec .venv/bin/yimi run

media: setup ## 安装听语音、认照片里的字要用的软件包（可选，约 300 MB）
	@$(PYTHON3) yimi/install.py --media

train: setup ## 数据变了就重新训练模型
	@.venv-engine/bin/python -m nlu.train

test: setup-test check ## 运行全部检查和测试
	@.venv/bin/python -m pytest

check: setup-test ## 代码检查：ruff 和 mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

evaluate: setup ## 理解质量报告（用项目自己的评测数据）
	@.venv-engine/bin/python -m evaluation

bench: setup-test ## 性能报告（和同类并排）
	@.venv/bin/python -m tests.bench

setup-test:
	@$(PYTHON3) yimi/install.py --test

clean: ## 删掉环境、模型和缓存（不动 var/ 里的数据）
	@rm -rf .venv .venv-engine models node_modules console/static/vendor .rasa .mypy_cache .ruff_cache .pytest_cache

.PHONY: help setup run media train test check evaluate bench setup-test clean
