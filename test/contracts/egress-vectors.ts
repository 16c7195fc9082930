/** Addresses that no purpose may reach, as a provider's base URL would name them. */
export const forbiddenUrls: readonly string[] = [
  // Loopback in every spelling that URL folds.
  'https://127.0.0.1/', 'https://127.1/', 'https://127.255.255.254/', 'https://2130706433/', 'https://0x7f.1/', 'https://0x7f000001/',
  'https://0177.0.0.1/', 'https://017700000001/', 'https://①②⑦.⓪.⓪.①/', 'https://127.0.0.1./', 'https://0.0.0.0/', 'https://0/',
  'https://localhost/', 'https://LOCALHOST/', 'https://localhost./', 'https://app.localhost/', 'https://[::1]/', 'https://[::]/',
  // IPv4 inside of IPv6.
  'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://[::ffff:10.0.0.1]/', 'https://[::127.0.0.1]/', 'https://[::7f00:1]/',
  'https://[::ffff:0:127.0.0.1]/', 'https://[64:ff9b::127.0.0.1]/', 'https://[64:ff9b::a9fe:a9fe]/', 'https://[64:ff9b:1::1]/',
  'https://[2002:7f00:1::]/', 'https://[2002:a9fe:a9fe::1]/', 'https://[2001::1]/', 'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/',
  // Private, shared, link-local and special networks.
  'https://10.0.0.1/', 'https://10.255.255.255/', 'https://172.16.0.1/', 'https://172.31.255.254/', 'https://192.168.1.1/',
  'https://100.64.0.1/', 'https://100.127.255.254/', 'https://169.254.0.1/', 'https://192.0.0.1/', 'https://192.0.2.1/', 'https://192.88.99.1/',
  'https://198.18.0.1/', 'https://198.19.255.255/', 'https://198.51.100.7/', 'https://203.0.113.7/', 'https://224.0.0.1/',
  'https://239.255.255.250/', 'https://240.0.0.1/', 'https://255.255.255.255/',
  'https://[fe80::1]/', 'https://[febf::1]/', 'https://[fec0::1]/', 'https://[fc00::1]/', 'https://[fdff::1]/', 'https://[ff02::1]/',
  'https://[100::1]/', 'https://[2001:db8::1]/', 'https://[2001:20::1]/', 'https://[3fff::1]/', 'https://[5f00::1]/', 'https://[4000::1]/',
  'https://[fe80::1%25eth0]/',
  // Where clouds hand out credentials.
  'https://169.254.169.254/latest/meta-data/', 'https://0xa9fea9fe/', 'https://2852039166/', 'https://[::ffff:169.254.169.254]/',
  'https://metadata.google.internal/', 'https://metadata.goog/', 'https://METADATA.GOOG/', 'https://metadata.google.internal./',
  'https://100.100.100.200/', 'https://[fd00:ec2::254]/',
  // Names without a public zone.
  'https://redis/', 'https://postgres/', 'https://printer.local/', 'https://db.internal/', 'https://nas.lan/', 'https://api.openai.com./',
  // Other schemes, ports and parts.
  'http://api.openai.com/', 'http://127.0.0.1/', 'ftp://api.openai.com/', 'file:///etc/passwd', 'data:text/plain,hello', 'unix:/var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/', 'javascript:alert(1)', 'ws://api.openai.com/',
  'https://api.openai.com:22/', 'https://api.openai.com:25/', 'https://api.openai.com:6379/', 'https://api.openai.com:5432/',
  'https://api.openai.com:80/', 'https://api.openai.com:8443/', 'https://api.openai.com:0/',
  'https://user@api.openai.com/', 'https://user:secret@api.openai.com/', 'https://api.openai.com@127.0.0.1/', 'https://127.0.0.1#@api.openai.com/',
  'https:///', 'https://', 'api.openai.com', '', '//127.0.0.1/', 'https://exa mple.com/', 'https://[::1/', 'https://256.256.256.256/',
  `https://api.openai.com/${'a'.repeat(20_000)}`,
];

/** Addresses that are no Zendesk account although some of them look like one. */
export const forbiddenZendeskUrls: readonly string[] = [
  'https://api.openai.com/', 'https://zendesk.com/', 'https://a.b.zendesk.com/', 'https://-acme.zendesk.com/', 'https://acme.zendesk.com.evil.com/',
  'https://evil.com/acme.zendesk.com', 'https://acmezendesk.com/', 'https://acme.zendesk.com:8443/', 'http://acme.zendesk.com/',
  'https://acme.zendesk.com@evil.com/', 'https://evil.com#.zendesk.com/', 'https://evil.com\\.zendesk.com/', 'https://acme.zendesk.com./',
  'https://a.zendesk.com/', `https://${'a'.repeat(64)}.zendesk.com/`, 'https://ac_me.zendesk.com/', 'https://acme.zendesk.co/', 'https://127.0.0.1/',
  'https://user:secret@acme.zendesk.com/', 'https://acme.zendeſk.com.evil.com/',
];

/** What a resolver may answer that no public name may lead to. */
export const forbiddenAnswers: readonly string[] = [
  '127.0.0.1', '127.0.0.53', '0.0.0.0', '10.1.2.3', '172.20.0.2', '192.168.0.10', '169.254.169.254', '100.100.100.200', '100.64.1.1', '198.18.0.5',
  '192.0.0.8', '203.0.113.1', '224.0.0.251', '255.255.255.255', '::1', '::', '::ffff:127.0.0.1', '::127.0.0.1', 'fe80::1', 'fe80::1%eth0', 'fc00::7',
  'fd00:ec2::254', '64:ff9b::7f00:1', '2002:7f00:1::1', '2001:0:7f00:1::1', 'ff02::fb', '2001:db8::1', 'not-an-address', '',
];
