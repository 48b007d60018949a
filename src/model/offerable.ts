/**
 * Names that usually hold a secret, matched against each part of a path, whatever its case. Generous: a file that is not
 * offered can still be asked for, one that was posted cannot be taken back.
 */
const secretNames: readonly RegExp[] = [
  // Keys and certificates.
  /\.(pem|key|p8|p12|pfx|jks|jceks|keystore|truststore|bcfks|asc|gpg|pgp|ppk|der|cer|crt|csr|p7b|ovpn|age)$/,
  /^id_[a-z0-9]+/,
  /^(known_hosts|authorized_keys|ssh_host_)/,
  // Vaults and wallets.
  /\.(kdbx?|agilekeychain|opvault|1pif|1pux|keychain|keychain-db|wallet|psafe3|enpassdbx?|bitwarden)$/,
  /^wallet\.dat$/,
  /^(login data|web data|cookies|(key3|key4|cert9|logins|cookies)\.(db|json|sqlite|txt))$/,
  // Words that say so.
  /credential/,
  /secret/,
  /token/,
  /passw(or)?d/,
  /passphrase/,
  /private[-_. ]?key/,
  /api[-_. ]?key/,
  /access[-_. ]?key/,
  /master[-_. ]?key/,
  /service[-_. ]?account/,
  /^(shadow|gshadow|sudoers|htpasswd)-?$/,
  /^(auth|oauth|oauth2)\.json$/,
  // Environments and settings of tools that hold logins: their dot is often lost in a copy.
  /(^|[._-])env([._-](local|dev|development|prod|production|test|staging|example|sample|backup))*(\.(json|ya?ml|sh|txt))?$/,
  /^_?(netrc|npmrc|yarnrc|pypirc|pgpass|my\.cnf|mylogin\.cnf|git-credentials|dockercfg|boto|s3cfg|vault-token)$/,
  /^(kube[-_]?config|kubeconfig.*|.*[._-]kubeconfig|admin\.conf)(\.ya?ml)?$/,
  /\.tfstate(\.|$)/,
  /\.tfvars(\.|$)/,
  /\.(rdp|keytab|mobileprovision|provisionprofile)$/,
  // What somebody typed.
  /history$/,
  /^\.?(bash|zsh|fish|psql|mysql|python|node_repl|sqlite|rediscli)_history/,
  // What a process had in memory, or a database holds.
  /^core\.\d+$/,
  /\.(hprof|dmp|mdmp|pcapng?|cap|keylog)$/,
];

/**
 * Whether a file may be offered to people without anybody having asked for it, by its name: no part of its path begins
 * with a dot (`.git`, `.ssh`, `.env`) or looks like a secret. Pure.
 *
 * @param path relative to the directory that it must lie in, with `/`.
 */
export function mayBeOffered(path: string): boolean {
  const parts = path.split('/').map((part) => plain(part));
  return parts.every((part) => part !== '' && !part.startsWith('.') && !secretNames.some((name) => name.test(part)));
}

/** Without what nobody sees, in small letters, other forms of the same letters made equal. */
function plain(part: string): string {
  return part
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim()
    .toLowerCase()
    .replace(/(?:[~#]|\.(?:bak|old|orig|save|swp|tmp|copy))+$/, '')
    .trim();
}
