// An HTTPS server for every Node from 0.8 on: `node serve.js SETTINGS.json`. Old syntax on purpose.
var fs = require('fs');
var https = require('https');
var settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
var one = function (path) { return fs.readFileSync(path); };
var all = function (paths) { return typeof paths === 'string' ? one(paths) : paths.map(one); };
var options = { key: all(settings.key), cert: all(settings.cert) };
if (settings.dhparam) options.dhparam = one(settings.dhparam);
['ciphers', 'honorCipherOrder', 'minVersion', 'maxVersion', 'ecdhCurve', 'secureProtocol', 'secureOptions'].forEach(function (name) {
  if (settings[name] !== undefined) options[name] = settings[name];
});
var server = https.createServer(options, function (request, response) {
  var headers = { 'Content-Type': 'text/plain' };
  if (settings.hsts) headers['Strict-Transport-Security'] = settings.hsts;
  response.writeHead(200, headers);
  response.end('lab\n');
});
// A prober breaks off in the middle of every handshake: that is no reason to end.
server.on('clientError', function () {});
server.on('tlsClientError', function () {});
process.on('uncaughtException', function (error) {
  if (error.code === 'EADDRINUSE') process.exit(1);
});
server.listen(settings.port, '127.0.0.1');
