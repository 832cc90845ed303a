// The same echo for @google-cloud/functions-framework.
exports.echo = (request, response) => response.end(request.rawBody);
