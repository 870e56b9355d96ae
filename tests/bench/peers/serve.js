// PublishTask and ClaimTask over gRPC, as dispatch offers them; what they do is the peer's.
'use strict';
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

// Whose token it is. It is not verified: a peer is spared what has nothing to do with claiming.
function callerOf(metadata) {
  const [, payload] = String(metadata.get('authorization')[0]).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url')).sub;
}

const unary = (method) => (call, callback) => method(call.request, callerOf(call.metadata)).then(
  (answer) => callback(null, answer),
  (error) => callback({code: grpc.status.FAILED_PRECONDITION, details: error.message}));

// `publish(request, caller)` answers a Task, `claim(request, caller)` an Assignment.
exports.serve = (listen, {publish, claim}) => {
  const {dispatch} = grpc.loadPackageDefinition(loader.loadSync(
    ['baodao/dispatch/v1/task.proto', 'baodao/dispatch/v1/assignment.proto'],
    {includeDirs: [path.join(__dirname, '../../../protos')], keepCase: true, enums: String, longs: Number})).baodao;
  const server = new grpc.Server();
  server.addService(dispatch.v1.TaskService.service, {PublishTask: unary(publish)});
  server.addService(dispatch.v1.AssignmentService.service, {ClaimTask: unary(claim)});
  server.bindAsync(listen, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) throw error;
    console.log('serving');
  });
};
