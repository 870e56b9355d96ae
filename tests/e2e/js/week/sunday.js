// 反馈: what came of it; a new number, a new phone, and an end.
'use strict';
const assert = require('node:assert/strict');
const {Person, refused, until} = require('../app');
const {at, community, day, now, reach, week, window} = require('./town');

const period = window(at(1, 0), 7 * day);

async function results() {
  const {chen, liu, unit} = week;
  const report = await until('the report', async () => {
    const report = await liu.call('GetUnitReport', {...unit, period});
    return report.total.services === 2 && report;
  });
  assert.deepEqual([report.total.members, report.total.automatic_minutes, report.total.unit_post_minutes], [1, 180, 60],
    'two hours at the community\'s post, one at the unit\'s');
  const {items} = await liu.call('ListUnitHistory', {...unit, person_id: chen.id, states: ['ASSIGNMENT_STATE_CREDITED']});
  assert.deepEqual(items.map(({title}) => title), ['集市引导', '陪王奶奶看病']);
  const sheet = await liu.download('ExportUnitReport', {...unit, period, format: 'REPORT_FORMAT_CSV'});
  assert.match(sheet.toString(), /^\ufeff区域代码,/);
  assert.equal((await chen.call('SearchTasks', {query: '看病'})).tasks.length, 1);
  assert.ok((await chen.call('ListHistory', {person_id: chen.id})).items.some(({title}) => title === '陪王奶奶看病'));
  const {items: raised} = await week.li.call('ListNeedHistory', {person_id: week.li.id});
  assert.ok(raised.some(({title}) => title === '修水龙头'), 'also what was called off');
  const {service} = await until('the sums', async () => {
    const home = await chen.call('GetHome', {person_id: chen.id});
    return home.service?.services === 2 && home;
  });
  assert.deepEqual([service.minutes_this_month, service.minutes_this_year], [180, 180]);
  console.log('周日: what a person has done, and what a unit has');
}

async function desk() {
  const {chen, zhao} = week;
  const area = {area_code: community};
  assert.ok(await zhao.call('GetAreaSummary', area));
  const report = await zhao.call('GetAreaReport', {...area, period});
  assert.ok(report.area.total.served_tasks >= 3);
  const book = await zhao.download('ExportAreaReport', {...area, period, format: 'REPORT_FORMAT_XLSX'});
  assert.equal(book.subarray(0, 2).toString(), 'PK');
  assert.equal((await zhao.call('SearchNeeds', {...area, query: '水龙头'})).needs.length, 1);
  assert.deepEqual((await zhao.call('SearchPeople', {...area, query: chen.phone})).people.map(({person_id}) => person_id), [chen.id]);
  const {people} = await zhao.call('ListPeople', {...area, credential: 'nurse'});
  assert.deepEqual(people.map(({person_id}) => person_id), [chen.id]);
  assert.equal((await zhao.call('ListUnits', area)).units.length, 1);
  const matched = await zhao.call('RunMatching', {...area, dry_run: true});
  assert.equal(matched.offers_made, 0);
  await zhao.call('RevokeCredential', {person_id: chen.id, kind: 'nurse', reason: '证件有误'});
  await chen.heard('STANDING_LOST', week.ofClinic.task_id);
  console.log('周日: the desk of a community');
}

async function accounts() {
  const {chen, liu, sun, zhao, place} = week;
  const {sessions} = await chen.call('ListMySessions', {});
  assert.ok(sessions.length === 2 && sessions.some(({current}) => current));
  const phone = Person.number();
  const changed = await chen.call('ChangePhone', {
    person_id: chen.id, phone, code: await Person.code(phone), current_code: await Person.code(chen.phone, chen.device),
  });
  assert.equal(changed.phone, phone);
  assert.equal((await chen.call('ListMySessions', {})).sessions.length, 1, 'and the tablet is out');
  console.log('周日: a new number, and still the same person');

  await Person.login(liu.phone, '旧手机');
  const news = await liu.heard('NEW_SIGN_IN');
  assert.match(news.body, /旧手机/);
  assert.ok((await liu.call('EndSession', {session_id: news.subject_id})).ended, 'whoever it was is out');
  await refused(liu.call('RequestAccountDeletion', {person_id: liu.id}), 'ACCOUNT_IN_USE');  // he speaks for the unit
  const {registrations: [own]} = await sun.call('ListSubjectRegistrations', {subject_id: sun.id});
  const {hits: [, next]} = await sun.call('FindNearestAreas', {point: place});
  const moved = await sun.call('TransferRegistration',
    {registration_id: own.registration_id, area_code: next.area.code, comment: '搬家'});
  await sun.call('WithdrawRegistration', {registration_id: moved.registration_id, comment: '不住这里了'});
  const {delete_time} = await sun.call('RequestAccountDeletion', {person_id: sun.id});
  assert.ok(delete_time.seconds > now() + 14 * day, 'there is time to think it over');
  await refused(sun.call('CreateRegistration', {area_code: community}), 'ACCOUNT_CLOSING');
  await sun.call('CancelAccountDeletion', {person_id: sun.id});
  await sun.heard('ACCOUNT_DELETION_CANCELLED');
  await sun.call('Logout', {});
  await until('the end of the session', () => sun.call('ListMyNeeds', {}).then(() => false, () => true));
  const role = {person_id: zhao.id, role: 'ROLE_COORDINATOR', area_code: community};
  assert.equal((await zhao.call('ListRoles', {person_id: zhao.id})).grants.length, 1);
  await zhao.call('RevokeRole', role);
  await zhao.renew();
  await refused(zhao.call('ListNeeds', {area_code: community}), 'PERMISSION_DENIED');
  console.log('周日: a stranger on an account is put out, and an account ends only when nobody counts on it');
}

module.exports = async () => {
  reach(at(7, 10));
  for (const part of [results, desk, accounts]) await part();
};
