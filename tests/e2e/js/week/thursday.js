// 服务与评价.
'use strict';
const assert = require('node:assert/strict');
const {refused, until} = require('../app');
const {at, community, now, photo, reach, totp, week, window} = require('./town');

const clock = (off = 0) => ({seconds: now() + off, nanos: Date.now() % 1000 * 1e6});

async function serve() {
  const {chen, li, zhao, sun, escort, place} = week;
  reach(at(4, 8, 30));
  await chen.heard('SIGN_IN_REMINDER', escort.task_id);
  reach(at(4, 9, 20));
  const {secret} = await li.call('GetSignInCode', escort);
  await refused(chen.call('SignIn', {...escort, position: place, accuracy_m: 900}), 'POSITION_INEXACT');
  await chen.call('SignIn', {...escort, code: totp(secret), phone_time: clock()});
  await li.heard('HELPER_ARRIVED', escort.task_id);
  assert.equal((await chen.call('CheckIn', escort)).check_in_state, 'CHECK_IN_STATE_ON_TIME');
  await chen.call('SetServicePhotos', {...escort, photos: [photo('waiting-room')]});
  assert.equal((await zhao.call('ListServicePhotos', escort)).photos[0].photos.length, 1);
  reach(at(4, 9, 51));
  await chen.heard('CHECK_IN_DUE', escort.task_id);
  reach(at(4, 9, 56));
  await zhao.heardAt(community, 'PERSON_UNHEARD', escort.task_id);
  await chen.heard('CHECK_IN_MISSED', escort.task_id);
  assert.equal((await chen.call('CheckIn', escort)).check_in_state, 'CHECK_IN_STATE_ON_TIME');
  await zhao.heardAt(community, 'PERSON_HEARD', escort.task_id);
  console.log('周四: whoever is not heard from in time is looked for, and was only busy');
  reach(at(4, 11, 30));
  const sign_out = {code: totp(secret), phone_time: clock()};
  const out = await chen.call('SendOfflineSigns', {...escort, sign_out, sent_time: clock()});
  assert.equal(out.sign_out_method, 'SIGN_METHOD_CODE', 'it was typed where there was no network');
  await sun.heard('TASK_RELEASED', week.ofLunch.task_id);
  const {agenda} = await chen.call('GetHome', {person_id: chen.id});
  assert.equal(agenda.awaiting_minutes, 120, 'which nobody has confirmed yet');
  console.log('周四: she is taken to the doctor; whoever waited for another place in vain has heard so');
}

async function rate() {
  const {chen, li, zhao, escort} = week;
  await li.call('RateVolunteer',
    {...escort, person_id: chen.id, rating: 5, tags: ['RATING_TAG_KIND'], comment: '很耐心'});
  await chen.heard('VOLUNTEER_RATED', escort.task_id);
  await chen.call('RateService', {...escort, rating: 4, tags: ['RATING_TAG_WARM_WELCOME']});
  const told = await li.call('IssueRatingCode', escort);
  const rated = await chen.call('EvaluateByCode', {...escort, code: told.code, rating: 5, comment: '谢谢小陈'});
  assert.deepEqual([rated.state, rated.evaluation.rated_by], ['TASK_STATE_EVALUATED', 'RATED_BY_BENEFICIARY_BY_CODE']);
  await chen.heard('HOURS_CREDITED', escort.task_id);
  const {ratings} = await zhao.call('ListRatings', escort);
  assert.deepEqual([ratings[0].of_volunteer.rating, ratings[0].of_service.rating], [5, 4]);
  console.log('周四: and rated by her who has no phone');
}

// 老刘's phone says where it is not.
async function doubt() {
  const {liu, sun, zhao, ofRain, place} = week;
  reach(at(4, 12, 40));
  const far = {latitude: place.latitude + 0.036, longitude: place.longitude};  // four kilometres
  await liu.call('SignIn', {...ofRain, position: place, accuracy_m: 15, mock_position: true, phone_time: clock(-900)});
  reach(at(4, 12, 40.5));
  await liu.call('SignOut', {...ofRain, position: far, accuracy_m: 15, phone_time: clock()});
  await zhao.heardAt(community, 'SIGN_DOUBTFUL', ofRain.task_id);
  const {people: [{assignment: {sign_in_detail, sign_out_detail}}]} = await zhao.call('ListTaskPeople', ofRain);
  assert.deepEqual([sign_in_detail.accuracy_m, sign_in_detail.doubts.sort(), sign_out_detail.doubts],
    [15, ['SIGN_DOUBT_CLOCK_OFF', 'SIGN_DOUBT_MOCK_POSITION'], ['SIGN_DOUBT_IMPOSSIBLE_SPEED']]);
  reach(at(4, 13, 30));
  await zhao.call('ConfirmService', {
    ...ofRain, reason: '他也在，没带手机', services: [{person_id: sun.id, served: window(at(4, 12, 30), 3600)}],
  });
  await sun.heard('HOURS_CONFIRMED', ofRain.task_id);
  await zhao.call('EvaluateTask', {...ofRain, rating: 3});
  await liu.heard('HOURS_CREDITED', ofRain.task_id);
  await zhao.call('CorrectHours', {...ofRain, person_id: liu.id, minutes: 0, reason: '人不在现场'});
  await liu.heard('HOURS_REVERSED', ofRain.task_id);
  console.log('周四: a coordinator confirms who was there, and corrects the hours of who was not');
}

async function lead() {
  const {chen, li, liu, zhao, unit, ofMarket, place} = week;
  await zhao.call('NameLeader', {...ofMarket, person_id: li.id});
  reach(at(4, 13, 50));
  await li.call('SignIn', {...ofMarket, position: place, accuracy_m: 20});
  const others = {...ofMarket, person_ids: [liu.id, chen.id]};
  const {people} = await li.call('ListRoster', ofMarket);
  assert.deepEqual(people.map(({phone}) => phone).sort(), [liu.phone, chen.phone].sort(), 'whom to call where they are');
  const {assignments: [signed]} = await li.call('SignPeople', {...others, action: 'SIGN_ACTION_SIGN_IN'});
  assert.deepEqual([signed.person_id, signed.sign_in_method], [liu.id, 'SIGN_METHOD_LEADER']);
  assert.equal((await liu.call('GetMyAssignment', ofMarket)).assignment.sign_in_detail.signer_id, li.id);
  await liu.heard('SIGNED_IN_BY_LEADER', ofMarket.task_id);
  reach(at(4, 15));
  await li.call('SignPeople', {...others, action: 'SIGN_ACTION_SIGN_OUT'});
  await li.call('SignOut', {...ofMarket, position: place, accuracy_m: 20});
  await zhao.call('EvaluateTask', {...ofMarket, rating: 5});
  await zhao.call('RateVolunteer', {...ofMarket, person_id: li.id, rating: 5, tags: ['RATING_TAG_PUNCTUAL']});
  await chen.heard('HOURS_CREDITED', ofMarket.task_id);
  await zhao.call('CloseTask', ofMarket);
  await liu.heard('UNIT_CLAIM_REPORTED', ofMarket.task_id);
  const {claim} = await liu.call('GetUnitClaim', {...ofMarket, ...unit});
  assert.deepEqual([claim.served, claim.minutes], [1, 60], 'at the post of the unit');
  console.log('周四: who leads signs the others in and out, and the unit hears what its people did');
}

async function forgotten() {
  const {li, liu, zhao, escort, ofLunch} = week;
  await liu.heard('NO_SHOW', ofLunch.task_id);
  await zhao.heardAt(community, 'NO_SHOW_REPORTED', ofLunch.task_id);
  const proof = {...ofLunch, served: window(at(4, 11, 30), 1800), statement: '手机没电', photos: [photo('lunch')]};
  await liu.call('RequestCredit', {...proof, statement: '忘了'});
  await liu.call('CancelCreditRequest', ofLunch);
  const {credit_request} = await liu.call('RequestCredit', proof);
  const {items: [forgotten]} = await zhao.call('ListCreditRequests', {area_code: community});
  assert.deepEqual([forgotten.statement, forgotten.photos.length], ['手机没电', 1]);
  const credited = await zhao.call('AnswerCreditRequest', {
    ...ofLunch, person_id: liu.id, verdict: 'CREDIT_REQUEST_VERDICT_APPROVE', reason: '食堂证实',
    request_time: credit_request.request_time,
  });
  assert.deepEqual([credited.sign_out_method, credited.credited_minutes], ['SIGN_METHOD_CONFIRMED', 30]);
  await until('the end', () => zhao.call('EvaluateTask', {...ofLunch, rating: 4}).catch(() => null));
  await liu.heard('HOURS_CONFIRMED', ofLunch.task_id);
  console.log('周四: who was taken for absent appeals, on a word and a photo, and is credited');

  const complaint = await li.call('RaiseComplaint', {...escort, statement: '通知太晚'});
  const {complaints: [open]} = await zhao.call('ListComplaints', {area_code: community});
  assert.equal(open.statement, '通知太晚');
  const ofComplaint = {complaint_id: complaint.complaint_id};
  await zhao.call('AnswerComplaint', {...ofComplaint, outcome: 'COMPLAINT_OUTCOME_UPHELD', answer: '下次提前一天'});
  assert.equal((await li.call('GetComplaint', ofComplaint)).answer, '下次提前一天');
  assert.equal((await li.call('ListMyComplaints', {person_id: li.id})).complaints[0].state, 'COMPLAINT_STATE_ANSWERED');
  await until('that the need is served', async () => (await li.call('GetNeed', week.ofNeed)).state === 'NEED_STATE_RESOLVED');
  assert.equal((await li.call('CloseNeed', week.ofNeed)).state, 'NEED_STATE_CLOSED');
  console.log('周四: what went wrong is heard, and answered; what was needed is done');
}

module.exports = async () => {
  for (const part of [serve, rate, doubt, lead, forgotten]) await part();
};
