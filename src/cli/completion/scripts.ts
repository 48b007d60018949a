import { completeWord } from './shells.ts';
import type { Shell } from './shells.ts';

/**
 * The script that a person's shell reads once. It asks `vai` at every key press of Tab: the one beside the program that
 * was typed, so that every checkout completes its own. What can be typed is known there, not here.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash;
    case 'zsh':
      return zsh;
    case 'fish':
      return fish;
  }
}

const bash = `# Completes vai, vexit and dp in bash.
# To install it, add this line to ~/.bashrc (with the path of vai, if it is not on the PATH), and open a new shell:
#   eval "$(vai completion bash)"
_claude_discord_bridge() {
  local typed=\${COMP_WORDS[0]//\\\\/} vai=vai current=\${COMP_WORDS[COMP_CWORD]} disk= value description
  local -a values=() lines=()
  case $typed in */*) vai=\${typed%/*}/vai; vai=\${vai/#\\~/$HOME} ;; esac
  {
    IFS= read -r disk
    while IFS=$'\\t' read -r value description; do
      values+=("$value")
      lines+=("$value\${description:+  ($description)}")
    done
  } < <("$vai" ${completeWord} "\${typed##*/}" "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # Descriptions are for reading: never where the shell would insert one of several.
  if [ "\${#values[@]}" -gt 1 ] && [ "\${COMP_TYPE:-9}" != 37 ] && [ "\${COMP_TYPE:-9}" != 42 ]; then
    COMPREPLY=("\${lines[@]}")
  else
    COMPREPLY=("\${values[@]}")
  fi
  case $disk in
    directories | files)
      local IFS=$'\\n' how=-d
      [ "$disk" = files ] && how=-f
      COMPREPLY+=($(compgen "$how" -- "$current"))
      type compopt >/dev/null 2>&1 && compopt -o filenames
      ;;
  esac
}
complete -F _claude_discord_bridge vai vexit dp
`;

const zsh = `#compdef vai vexit dp
# Completes vai, vexit and dp in zsh.
# To install it, add this line to ~/.zshrc after compinit (with the path of vai, if it is not on the PATH), and open a
# new shell:
#   eval "$(vai completion zsh)"
_claude_discord_bridge() {
  local typed=\${(Q)words[1]} vai=vai line disk
  local -a lines candidates
  if [[ $typed == */* ]]; then
    vai=\${typed:h}/vai
    vai=\${vai/#\\~/$HOME}
  fi
  lines=("\${(@f)$("$vai" ${completeWord} "\${typed:t}" "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  disk=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    # A colon ends the value, so one in it is escaped.
    if [[ $line == *$'\\t'* ]]; then
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      candidates+=("\${line//:/\\\\:}")
    fi
  done
  (( $#candidates )) && _describe -V 'word' candidates
  case $disk in
    directories) _files -/ ;;
    files) _files ;;
  esac
}
(( $+functions[compdef] )) && compdef _claude_discord_bridge vai vexit dp
`;

const fish = `# Completes vai, vexit and dp in fish.
# To install it, add this line to ~/.config/fish/config.fish (with the path of vai, if it is not on the PATH), and open a
# new shell:
#   vai completion fish | source
function __claude_discord_bridge
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test (count $current) -eq 0; and set current ''
    set -l vai vai
    string match -q '*/*' -- $words[1]; and set vai (string replace -r '[^/]*$' vai -- $words[1] | string replace -r '^~' $HOME)
    set -l lines ($vai ${completeWord} (string replace -r '.*/' '' -- $words[1]) $words[2..-1] $current 2>/dev/null)
    for line in $lines[2..-1]
        echo $line
    end
    switch "$lines[1]"
        case directories
            __fish_complete_directories $current
        case files
            __fish_complete_path $current
    end
end
for program in vai vexit dp
    complete -c $program -e
    complete -c $program -f -k -a '(__claude_discord_bridge)'
end
`;
