"""The scripts with which a shell asks iamgen for completions.

Those of zsh and fish are click's. bash has one of iamgen's own: click's lets bash expand a pattern such as `*-dev`
against the files of the current folder.
"""

from __future__ import annotations

from click.shell_completion import get_completion_class

from iamgen.cli.main import VARIABLE, iamgen

PLACES = {
    "bash": "put this line into ~/.bashrc: source <(iamgen completion bash)",
    "zsh": "put this line into ~/.zshrc, after compinit: source <(iamgen completion zsh)",
    "fish": "iamgen completion fish > ~/.config/fish/completions/iamgen.fish",
}
_BASH = """\
_iamgen_completion() {
    local IFS=$'\\n' kind value line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} before
    # bash replaces the part of a word that stands behind = or :, or from @ on; iamgen names the whole word
    before=${line##*[[:space:]]}
    case "$word" in
        [=:@]) ;;
        *) [[ $before == *"$word" ]] && before=${before%"$word"} || before= ;;
    esac
    before=${before%@}
    COMPREPLY=()
    while IFS=',' read -r kind value; do
        case "$kind" in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain)
                value=${value#"$before"}
                case "$word" in
                    \\'* | \\"*) ;;
                    *) case "$value" in *[*?[]*) printf -v value %q "$value" ;; esac ;;
                esac
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(COMP_LINE="$line" _IAMGEN_COMPLETE=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F _iamgen_completion iamgen 2>/dev/null || complete -F _iamgen_completion iamgen
"""


def script(shell: str) -> str:
    """Return the script for a shell; how it is installed stands in it as a comment."""
    place = f"# {PLACES[shell]}\n"
    if shell == "bash":
        return place + _BASH
    completer = get_completion_class(shell)
    assert completer  # noqa: S101  # click has it for each shell that the command takes
    text = completer(iamgen, {}, "iamgen", VARIABLE).source()
    first, _, rest = text.partition("\n")
    return f"{first}\n{place}{rest}" if first.startswith("#compdef") else place + text  # zsh looks at the first line
