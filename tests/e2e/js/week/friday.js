// 证明: what has been done, on paper and in the calendar.
'use strict';
const assert = require('node:assert/strict');
const {createPublicKey, verify} = require('node:crypto');
const {anybody, refused, until} = require('../app');
const {at, community, day, now, reach, week, window} = require('./town');

async function calendar() {
  const {chen} = week;
  const {token} = await chen.call('CreateCalendarFeed', {});
  const {calendar} = await anybody.call('GetCalendarFeed', {token});
  assert.match(calendar.toString(), /BEGIN:VCALENDAR[^]*SUMMARY:陪王奶奶看病/);
  await chen.call('RevokeCalendarFeed', {});
  await refused(anybody.call('GetCalendarFeed', {token}), 'CALENDAR_FEED_UNKNOWN');
  console.log('周五: a calendar follows, until it is not wanted any more');
}

async function hours() {
  const {chen, liu, escort} = week;
  const {entries} = await chen.call('ListLedgerEntries', {person_id: chen.id});
  assert.deepEqual(entries.map(({minutes, confirmation}) => [minutes, confirmation]),
    [[120, 'CONFIRMATION_EVALUATION'], [60, 'CONFIRMATION_EVALUATION']]);
  const {entries: ofLiu} = await liu.call('ListLedgerEntries', {person_id: liu.id});
  assert.deepEqual(ofLiu.map(({minutes}) => minutes), [1, -1, 60, 30], 'what was wrong is reversed, not erased');
  assert.equal((await liu.call('GetBalance', {person_id: liu.id})).minutes, 90);
  const period = window(now() - day, day + 3600);
  const statement = await until('the hours', async () => {
    const statement = await chen.call('GetStatement', {person_id: chen.id, period});
    return statement.total_size === 2 && statement;
  });
  assert.deepEqual([statement.entries[0].title, statement.entries[0].task_id], ['陪王奶奶看病', escort.task_id]);
}

async function certificate() {
  const {chen, zhao} = week;
  // For a period that is over: the service began a moment ago.
  const certificate = await until('the certificate', () => chen.call('IssueCertificate',
    {person_id: chen.id, area_code: community, period: window(now() - day, day)}).catch(() => null));
  const {signed_text} = await chen.call('GetCertificate', {certificate_id: certificate.certificate_id});
  const [, facts, signature] = signed_text.split('.').map((part) => Buffer.from(part, 'base64url'));
  const {keys} = await anybody.call('GetCertificateKeys', {});
  const said = Buffer.concat([Buffer.from('baodao.certificate.1\n'), facts]);
  const proved = (bytes) => keys.some(({kty, crv, x}) =>
    verify(null, bytes, createPublicKey({key: {kty, crv, x}, format: 'jwk'}), signature));
  assert.ok(proved(said), 'anybody can verify it');
  said[said.length - 1] ^= 1;
  assert.ok(!proved(said), 'and whether it was changed');
  const {pdf} = await chen.call('GetCertificatePdf', {certificate_id: certificate.certificate_id});
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
  await zhao.call('RevokeCertificate', {certificate_id: certificate.certificate_id, reason: '姓名有误'});
  const {numbers} = await anybody.call('ListRevokedCertificates', {area_code: community});
  assert.deepEqual(numbers, [certificate.certificate_id]);
  await chen.heard('CERTIFICATE_REVOKED');
  assert.equal((await chen.call('ListMyCertificates', {})).certificates[0].state, 'CERTIFICATE_STATE_REVOKED');
  console.log('周五: hours on paper, which anybody can verify, until it is revoked');
}

module.exports = async () => {
  reach(at(5, 9));
  for (const part of [calendar, hours, certificate]) await part();
};
