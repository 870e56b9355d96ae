// 接单: work is found and taken; minds are changed.
'use strict';
const assert = require('node:assert/strict');
const {messages, Person, refused, until} = require('../app');
const {at, community, day, now, publish, reach, week, window} = require('./town');

async function look() {
  const {chen, zhao, sun, place, care, escort} = week;
  week.ofClinic = await publish('量血压', 'free_clinic', window(at(8, 9), 3600), 2, {skills: [care], credentials: ['nurse']});
  const wish = {area_code: community, claimable: true, filter: {text: '看病', free_slots: 1, may_take: true}};
  const found = await until('the task', async () => (await chen.call('ListTasks', wish)).tasks[0]);
  assert.equal(found.task_id, escort.task_id);
  assert.ok(found.area_name && found.publisher_name.endsWith(found.area_name), 'whose it is, by name');
  assert.ok(found.free_slots > 0);
  const near = (more) => chen.call('FindNearestTasks', {point: place, radius_m: 500, ...more});
  const clinics = await near({
    category: 'medical', start_after: {seconds: at(5, 0)},
    filter: {start_before: {seconds: at(9, 0)}, skills: [care], text: '血压', free_slots: 2, may_take: true},
  });
  assert.deepEqual(clinics.hits.map(({task, distance_m}) => [task.title, distance_m < 500]), [['量血压', true]]);
  const first = await near({page_size: 1});
  const second = await near({page_size: 1, page_token: first.next_page_token});
  assert.deepEqual([...first.hits, ...second.hits].map(({task}) => task.title).sort(), ['量血压', '陪王奶奶看病'].sort());
  const stranger = sun;  // whom nobody has found to be a nurse
  const {claimable, obstacles} = await stranger.call('CheckClaim', week.ofClinic);
  assert.ok(!claimable, 'told before trying');
  assert.deepEqual(obstacles.map(({reason, remedy}) => [reason, remedy]),
    [['MISSING_SKILL', 'REMEDY_UPDATE_PROFILE'], ['MISSING_CREDENTIAL', 'REMEDY_CREDENTIAL']]);
  assert.ok((await chen.call('CheckClaim', escort)).claimable);
  await until('a recommendation', async () => (await chen.call('RecommendTasks', {person_id: chen.id})).items
    .some(({task}) => task.task_id === escort.task_id));
  const {candidates} = await zhao.call('RecommendPeople', week.ofClinic);
  assert.deepEqual(candidates.map(({person_id}) => person_id), [chen.id], 'of those who may, and why');
  assert.ok(candidates[0].reasons.length > 0);
  const ofHoliday = await publish('除夕值守', 'patrol', window(at(1, 18) + 21 * day, 3600), 1);  // when 小陈 is away
  await until('people for the holiday', async () => {
    const {candidates} = await zhao.call('RecommendPeople', ofHoliday).catch(() => ({candidates: []}));
    assert.ok(candidates.every(({person_id}) => person_id !== chen.id));
    return candidates.length > 0;
  });
}

async function take() {
  const {chen, li, zhao, escort} = week;
  await chen.call('ClaimTask', escort);
  const {assignment, task} = await chen.call('GetMyAssignment', escort);
  assert.deepEqual([assignment.state, task.title], ['ASSIGNMENT_STATE_ACCEPTED', '陪王奶奶看病']);
  await li.heard('TASK_CLAIMED', escort.task_id);
  const {people: [coming]} = await li.call('ListTaskPeople', escort);
  assert.deepEqual([coming.display_name, coming.phone, coming.photo.url.includes('chen'), coming.unit_name, coming.credentials[0].kind],
    ['陈志远', chen.phone, true, '杨浦供电公司党支部', 'nurse']);
  assert.ok(!coming.emergency_contact, 'that is for coordinators');
  assert.equal((await zhao.call('ListTaskPeople', escort)).people[0].emergency_contact.name, '陈敏');
  assert.equal((await chen.call('GetTaskCoordinator', escort)).phone, zhao.phone);
  assert.equal((await chen.call('GetTaskContact', escort)).beneficiary_name, '王秀英');
  await zhao.call('AssignTask', {...week.ofClinic, person_id: chen.id});
  await chen.heard('TASK_ASSIGNED', week.ofClinic.task_id);
  const {items} = await chen.call('ListMyAssignments', {});
  assert.deepEqual(items.map((item) => item.task.title), ['平安巡逻', '陪王奶奶看病', '量血压'], 'the soonest first');
  console.log('周三: work is found, looked at and taken; both sides know each other');
}

async function offer() {
  const {chen, liu, li, sun, zhao} = week;
  const ofCleaning = week.ofCleaning = await publish('楼道大扫除', 'cleaning', window(at(5, 14), 3600), 3,
    {slots_min: 2, show_teammates: true});
  await zhao.call('OfferTask', {...ofCleaning, person_id: chen.id});
  const {agenda, unread_count} = await chen.call('GetHome', {person_id: chen.id});
  const left = agenda.offers[0].assignment.offer_expire_time.seconds - now();
  assert.ok(left > 1700 && left <= 1800, 'half an hour to answer, on the first screen');
  assert.equal(agenda.next.task.title, '平安巡逻');
  assert.equal((await chen.call('GetAgenda', {person_id: chen.id})).accepted_count, 3);
  assert.ok(unread_count > 0);
  const {cursor} = await chen.heard('OFFER_RECEIVED', ofCleaning.task_id);
  await chen.call('MarkRead', {person_id: chen.id, cursor});
  await until('that all is read', async () => (await chen.call('GetHome', {person_id: chen.id})).unread_count === 0);
  await chen.call('DeclineOffer', {...ofCleaning, reason: '想跟单位一起去'});
  const {assignments: [declined]} = await zhao.call('ListTaskAssignments', ofCleaning);
  assert.deepEqual([declined.state, declined.reason], ['ASSIGNMENT_STATE_DECLINED', '想跟单位一起去']);

  const ofDesk = week.ofDesk = await publish('活动签到台', 'publicity', window(at(6, 10), 2 * 3600), 1);
  await zhao.call('OfferTask', {...ofDesk, person_id: li.id});
  await sun.call('ClaimTask', ofDesk);
  const {nearby_tasks} = await li.heard('TASK_FILLED', ofDesk.task_id);
  assert.deepEqual(nearby_tasks.map(({title}) => title).sort(), ['楼道大扫除', '除夕值守'].sort(), 'what else she could take there');
  assert.equal((await li.call('GetMyAssignment', ofDesk)).assignment.end_cause, 'END_CAUSE_ENOUGH_PEOPLE');
  // And of those who wait for a place: one moves up, and one waits in vain, as Thursday tells.
  assert.equal((await liu.call('ClaimTask', ofDesk)).state, 'ASSIGNMENT_STATE_WAITLISTED');
  await sun.call('WithdrawAssignment', {...ofDesk, reason: '临时出差'});
  await liu.heard('WAITLIST_PROMOTED', ofDesk.task_id);
  assert.equal((await liu.call('AcceptOffer', ofDesk)).state, 'ASSIGNMENT_STATE_ACCEPTED');
  console.log('周三: offers are answered, places given back with a reason; who is not needed hears it');
}

async function unitComes() {
  const {chen, liu, li, sun, zhao, unit, ofCleaning} = week;
  const ofCalendars = await publish('发放年历', 'visiting', window(at(7, 14), 3600), 3);
  await liu.call('ClaimUnitSlots', {...ofCalendars, ...unit, slots: 2, name_by: {seconds: at(3, 12)}});
  await liu.call('NameUnitMember', {...ofCalendars, ...unit, person_id: chen.id});
  await liu.call('ClaimUnitSlots', {...ofCleaning, ...unit, slots: 2});
  await liu.call('NameUnitMember', {...ofCleaning, ...unit, person_id: chen.id});
  await chen.heard('TASK_NAMED', ofCleaning.task_id);
  const claim = await liu.call('WithdrawUnitClaim', {...ofCleaning, ...unit, slots: 1, reason: '人手有限'});
  assert.deepEqual([claim.named, claim.open_slots], [1, 0]);
  assert.equal((await liu.call('GetUnitClaim', {...ofCleaning, ...unit})).members[0].display_name, '陈志远');
  week.ofMarket = await publish('集市引导', 'civility', window(at(4, 14), 3600), 3);
  await liu.call('ClaimUnitSlots', {...week.ofMarket, ...unit, slots: 1, name_by: {seconds: at(4, 8)}});
  await liu.call('NameUnitMember', {...week.ofMarket, ...unit, person_id: chen.id});
  week.ofLunch = await publish('送午餐', 'meal_delivery', window(at(4, 11, 30), 1800), 1);
  week.ofRain = await publish('发雨具', 'delivery', window(at(4, 12, 30), 3600), 2, {geofence_m: 5000});
  for (const ofTask of [week.ofLunch, week.ofRain, week.ofMarket]) await liu.call('ClaimTask', ofTask);
  await li.call('ClaimTask', week.ofMarket);
  assert.equal((await sun.call('ClaimTask', week.ofLunch)).state, 'ASSIGNMENT_STATE_WAITLISTED');
  await zhao.call('SendTaskMessage', {...ofCleaning, text: '请自带手套', states: ['ASSIGNMENT_STATE_ACCEPTED']});
  await chen.heard('TASK_MESSAGE', ofCleaning.task_id);
  assert.equal((await chen.call('ListTaskMessages', ofCleaning)).messages[0].text, '请自带手套');
  await li.call('ClaimTask', ofCleaning);
  assert.deepEqual((await chen.call('ListTeammates', ofCleaning)).teammates.map(({person_id}) => person_id), [li.id]);
  await li.call('WithdrawAssignment', {...ofCleaning, reason: '孙子来了'});
  reach(at(3, 12));
  await liu.heard('UNIT_CLAIM_SETTLED', ofCalendars.task_id);
  const settled = await liu.call('GetUnitClaim', {...ofCalendars, ...unit});
  assert.deepEqual([settled.claim.named, settled.claim.returned], [1, 1], 'nobody was named for the other slot in time');
  const {items} = await liu.call('ListUnitClaims', unit);
  assert.equal(items.length, 3);
  console.log('周三: a unit claims slots, names who comes, and gives back what it cannot fill');
}

async function swap() {
  const {chen, li, zhao, ofCleaning} = week;
  await chen.call('ProposeSwap', {...ofCleaning, successor_id: li.id, reason: '也许要加班'});
  const {cursor} = await li.heard('REGISTRATION_ACTIVE');
  assert.equal((await li.watched('SWAP_PROPOSED', cursor)).subject_id, ofCleaning.task_id);
  await chen.call('CancelSwap', ofCleaning);
  await chen.call('ProposeSwap', {...ofCleaning, successor_id: li.id, reason: '临时加班'});
  await li.heard('SWAP_PROPOSED', ofCleaning.task_id);
  await li.call('AcceptOffer', ofCleaning);
  assert.equal((await chen.call('GetMyAssignment', ofCleaning)).assignment.end_cause, 'END_CAUSE_REPLACED');
  await zhao.call('NameLeader', {...ofCleaning, person_id: li.id});
  await li.heard('LEADER_NAMED', ofCleaning.task_id);
  assert.match((await li.call('GetSignInCode', ofCleaning)).code, /^\d{6}$/);
  assert.deepEqual((await li.call('ListRoster', ofCleaning)).people, [], 'nobody else comes yet');
  await li.call('RemoveLeader', ofCleaning);
  await refused(li.call('GetSignInCode', ofCleaning), 'NOT_LEADER');
  console.log('周三: a colleague takes a place, and leads for a while');
}

async function letGo() {
  const {chen, li, liu, sun, zhao, ofCleaning} = week;
  // Long before, 请假 is an open call: whoever comes first has the slot, and until then one comes oneself.
  await li.call('RequestWithdrawal', {...ofCleaning, reason: '要照顾王奶奶'});
  assert.equal((await zhao.call('GetTask', ofCleaning)).leaving_count, 1);
  await sun.call('ClaimTask', ofCleaning);
  await li.heard('PLACE_TAKEN_OVER', ofCleaning.task_id);
  // Late, it is the only way.
  const ofPatrol = week.ofPatrol;
  reach(at(3, 13));
  await refused(chen.call('WithdrawAssignment', ofPatrol), 'TOO_LATE_TO_WITHDRAW');
  await chen.call('RequestWithdrawal', {...ofPatrol, reason: '孩子发烧'});
  await zhao.heardAt(community, 'WITHDRAWAL_REQUESTED', ofPatrol.task_id);
  const answer = (person, verdict, reason) => zhao.call('AnswerWithdrawal', {...ofPatrol, person_id: person.id, verdict, reason});
  assert.equal((await answer(chen, 'WITHDRAWAL_VERDICT_REFUSE', '实在找不到人')).state, 'ASSIGNMENT_STATE_ACCEPTED');
  await chen.heard('WITHDRAWAL_REFUSED', ofPatrol.task_id);
  await chen.call('RequestWithdrawal', {...ofPatrol, reason: '孩子住院了'});
  await liu.call('ClaimTask', ofPatrol);
  await chen.heard('PLACE_TAKEN_OVER', ofPatrol.task_id);
  assert.equal((await chen.call('GetMyAssignment', ofPatrol)).assignment.state, 'ASSIGNMENT_STATE_WITHDRAWN');
  await liu.call('RequestWithdrawal', {...ofPatrol, reason: '单位开会'});
  assert.equal((await liu.call('CancelWithdrawal', ofPatrol)).state, 'ASSIGNMENT_STATE_ACCEPTED');
  await liu.call('RequestWithdrawal', {...ofPatrol, reason: '会还是要开'});
  assert.equal((await answer(liu, 'WITHDRAWAL_VERDICT_APPROVE')).state, 'ASSIGNMENT_STATE_WITHDRAWN');
  await liu.heard('WITHDRAWAL_APPROVED', ofPatrol.task_id);
  await zhao.call('CancelTask', {...ofCleaning, reason: '下雨'});
  const {nearby_tasks} = await sun.heard('TASK_CANCELLED', ofCleaning.task_id);
  assert.ok(nearby_tasks.length > 0 && nearby_tasks.every(({task_id}) => task_id !== ofCleaning.task_id), 'instead of it');
  console.log('周三: who asks to be let go is, once somebody else comes or the coordinator agrees');
}

// The messages that have come on their own by now.
async function reminders() {
  const {chen} = week;
  const told = async (credential) => (await chen.call('ListNotifications', {person_id: chen.id, page_size: 200})).notifications
    .some(({kind, body}) => kind === 'NOTIFICATION_KIND_CREDENTIAL_EXPIRING' && body.includes(credential));
  await until('what expires in a month', () => told('护士'));
  await until('what expires in a week', () => told('心理咨询师'));
  const again = await until('the push that failed', async () => {
    const pushes = await messages('/push');
    const failed = pushes.find(({status}) => status !== 200);
    return pushes.find(({id, status}) => failed && id === failed.id && status === 200);
  });
  assert.equal(again.message.pushId, again.id, 'the same push, under the same id');
  await until('a push', async () => (await chen.pushed()).some(({message}) => message.devices[0].pushToken === 'token-of-chen'));
  console.log('周三: reminders come in time, and pushes come again until they are taken');
}

async function night() {
  const {chen, li, zhao, escort} = week;
  reach(at(3, 22, 30));
  await zhao.call('SendTaskMessage', {...escort, text: '请带医保卡', states: ['ASSIGNMENT_STATE_ACCEPTED']});
  await chen.heard('TASK_MESSAGE', escort.task_id);
  await Person.login(chen.phone, '新平板');
  const pushed = async (who, since) => (await who.pushed()).map(({message}) => message)
    .filter(({time}) => Date.parse(time) > since * 1000);
  const kinds = async () => (await pushed(chen, at(3, 22))).map(({kind}) => kind.replace('NOTIFICATION_KIND_', ''));
  await until('what is urgent', async () => (await kinds()).length > 0);
  assert.deepEqual(await kinds(), ['NEW_SIGN_IN'], 'nothing else in quiet hours');
  reach(at(4, 7));
  await until('the end of quiet hours', async () => (await kinds()).length > 1);
  assert.deepEqual(await kinds(), ['NEW_SIGN_IN', 'TASK_MESSAGE']);
  assert.deepEqual(await pushed(li, at(3, 9)), [], 'of work she hears at eight');
  reach(at(4, 8));
  const digest = await until('the digest', async () => (await pushed(li, at(3, 9)))[0]);
  assert.ok(digest.count > 1);
  assert.equal(digest.devices[0].title, `您有 ${digest.count} 条新消息`);
  console.log('周三: at night only what cannot wait is pushed; the rest comes in the morning, and then the digest');
}

module.exports = async () => {
  reach(at(3, 10));
  week.ofPatrol = await publish('平安巡逻', 'patrol', window(at(3, 15), 3600), 1);
  await until('to be known', () => week.chen.call('ClaimTask', week.ofPatrol).catch(() => null));
  for (const part of [look, take, offer, unitComes, swap, letGo, reminders, night]) await part();
};
