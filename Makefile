# 两条命令：make run（启动并载入示例年度），make test（全部测试）。只需 Python 3.11 与 make。

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test soak test-availability check cover bench fmt lock clean

help: ## 列出可用的目标
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

run: $(VENV)/.run ## 安装、启动服务，并在空台账上载入示例年度
	@$(BIN)/huiyin serve --demo

test: $(VENV)/.dev ## 全部测试
	$(BIN)/python -m pytest

soak: $(VENV)/.dev ## 超过一分钟的测试（反复断电、长时间并发）
	$(BIN)/python -m pytest -m soak

test-availability: $(VENV)/.availability ## 高可用：三个节点轮番出故障，五分钟之内（只用于 Linux）
	$(BIN)/python -m pytest -m availability -s tests/availability

check: $(VENV)/.dev ## 静态检查：ruff、mypy、分层、架构
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/architecture
	$(BIN)/squawk ledger/migrations/versions/*.sql

cover: $(VENV)/.dev ## 领域代码的分支覆盖率，须为百分之百
	$(BIN)/coverage run -m pytest tests/domain
	$(BIN)/coverage report

bench: $(VENV)/.dev $(VENV)/.bench ## 性能：一次运行内与同类的比值
	$(BIN)/python -m benchmarks

fmt: $(VENV)/.dev ## 统一格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## 重新锁定依赖
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet --upgrade \
		--extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet --upgrade \
		--all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet --upgrade \
		--group bench -c requirements-dev.lock -o requirements-bench.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --quiet --upgrade \
		--group availability -c requirements-dev.lock -o requirements-availability.lock

clean: ## 删除虚拟环境与缓存（不动数据）
	rm -rf $(VENV) .mypy_cache .ruff_cache .coverage .hypothesis .schemathesis build dist *.egg-info

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本"; exit 1; }
	@echo "准备运行环境……"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "安装依赖……"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "安装依赖……"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# 对照方装不上也照常测，表中写明未安装
$(VENV)/.bench: requirements-bench.lock benchmarks/peers/package-lock.json | $(BIN)/python
	@echo "安装对照方……"
	@if $(INSTALL) --require-hashes -r requirements-bench.lock && \
		(cd benchmarks/peers && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --loglevel=error); \
		then touch $@; else echo "有的对照方没有装上"; fi

$(VENV)/.availability: requirements-availability.lock $(VENV)/.dev
	@echo "安装高可用测试的依赖……"
	@$(INSTALL) --require-hashes -r requirements-availability.lock
	@touch $@
