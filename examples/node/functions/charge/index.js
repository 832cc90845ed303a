exports.handler = (event, context, callback) => {
  callback(null, JSON.stringify({ charged: JSON.parse(event.toString()).order }));
};
