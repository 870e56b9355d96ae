// 报到: people, their unit, and how they are reached.
'use strict';
const assert = require('node:assert/strict');
const {anybody, messages, Person, refused, until} = require('../app');
const {at, community, day, now, photo, reach, week, window} = require('./town');

const nights = {quiet_start_minute: 22 * 60, quiet_end_minute: 7 * 60, digest_hour: 8};

async function arrive() {
  const [li, chen, liu, zhao, sun] = await Promise.all([1, 2, 3, 4, 5].map(() => Person.login()));
  Object.assign(week, {li, chen, liu, zhao, sun, place: (await anybody.call('GetArea', {code: community})).center});
  const texts = (await messages('/sms')).filter(({message}) => message.phone === li.phone);
  assert.match(texts[0].message.text, /验证码 \d{6}/, 'a code comes as a text message');
  const {version} = await anybody.call('GetPrivacyTerms', {});
  const {privacy_consents} = await li.call('WithdrawConsent', {person_id: li.id});
  assert.ok(privacy_consents[0].version === version && privacy_consents[0].withdraw_time, 'what was agreed to is on record');
  await refused(li.call('CreateRegistration', {area_code: community}), 'CONSENT_REQUIRED');
  await li.consent();
  await zhao.appoint('ROLE_COORDINATOR', community);
  const {hits: [home]} = await li.call('FindNearestAreas', {point: week.place});
  const {areas: above} = await li.call('ListAreaAncestors', {code: home.area.code});
  assert.ok(above.some(({name}) => name.includes('杨浦')), 'where somebody stands has a name, and lies in a district');
  const {areas: [subdistrict]} = await chen.call('SearchAreas', {query: '平凉', levels: ['AREA_LEVEL_SUBDISTRICT']});
  const {areas: communities} = await chen.call('ListAreas', {parent_code: subdistrict.code});
  assert.ok(communities.length > 1, 'or it is found by its name, and has communities to choose from');
}

async function profile() {
  const {chen, zhao, liu} = week;
  const made = await zhao.call('CreateUnit',
    {name: '杨浦供电公司', kind: 'UNIT_KIND_ENTERPRISE', area_code: community, liaison_id: liu.id});
  week.unit = {unit_id: made.unit_id};
  await liu.call('UpdateUnit', {...week.unit, name: '杨浦供电公司党支部', etag: made.etag, update_mask: {paths: ['name']}});
  const vocabulary = await chen.call('GetVocabulary', {});
  const named = (kind, name) => vocabulary.tags.find((tag) => tag.kind === kind && tag.name_zh === name).tag;
  week.care = named('TAG_KIND_SKILL', '助老');
  const {tags} = await chen.call('GetVocabulary', {known_version: vocabulary.version});
  assert.equal(tags.length, 0, 'an app that has it gets it once');
  const person = await chen.call('UpdatePerson', {
    person_id: chen.id, display_name: '陈志远', categories: ['party_member', 'mobile_grid_worker'], skills: [week.care],
    languages: ['mandarin', 'shanghainese'], ...week.unit, photo: photo('chen'), party_branch: '运维党支部',
    willing: [named('TAG_KIND_WORK', '陪同就医')], home: week.place,
    availability: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({weekday, start_minute: 0, end_minute: 1440})),
    absences: [window(now() + 20 * day, 3 * day)], radius_m: 8000,
    emergency_contact: {name: '陈敏', phone: '13900000001', relation: '姐姐'},
    update_mask: {paths: ['display_name', 'categories', 'skills', 'languages', 'unit_id', 'photo', 'party_branch', 'willing',
      'home', 'availability', 'absences', 'emergency_contact', 'radius_m']},
  });
  assert.deepEqual([person.photo.url, person.absences.length, person.party_branch, person.radius_m],
    [photo('chen').url, 1, '运维党支部', 8000]);
  console.log('周一: people come with a code, agree to what is kept of them, and say who they are');
}

async function report() {
  const {li, chen, liu, zhao, sun, unit} = week;
  await sun.call('UpdatePerson',
    {person_id: sun.id, display_name: '孙晓', ...unit, update_mask: {paths: ['display_name', 'unit_id']}});
  await liu.call('RegisterDevice', {person_id: liu.id, platform: 'DEVICE_PLATFORM_WECHAT', push_token: 'token-of-liu'});
  for (const registration of [
    await liu.call('CreateRegistration', {subject_id: unit.unit_id, area_code: community}),
    await liu.call('CreateRegistration', {area_code: community}),
    await chen.call('CreateRegistration', {area_code: community, through_unit_id: unit.unit_id}),
    await li.call('CreateRegistration', {area_code: community}),
    await sun.call('CreateRegistration', {area_code: community, through_unit_id: unit.unit_id, note: '写错了单位'}),
  ]) {
    const {registrations} = await zhao.call('ListRegistrations', {area_code: community, states: ['REGISTRATION_STATE_PENDING']});
    assert.equal(registrations[0].registration_id, registration.registration_id, 'the oldest waits first in the queue');
    await zhao.call('ReviewRegistration', {registration_id: registration.registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'});
  }
  await chen.heard('REGISTRATION_ACTIVE');
  await until('the unit', async () => (await chen.call('SearchUnits', {query: '供电'})).units[0]);
  // The gateway is busy at first; by Wednesday it has come again.
  await until('a push', async () => (await messages('/push')).some(({message}) => message.personId === liu.id));
  const {registrations: [own]} = await sun.call('ListSubjectRegistrations', {subject_id: sun.id});
  const ofSun = {registration_id: own.registration_id};
  await zhao.call('SuspendRegistration', {...ofSun, comment: '请先核对单位'});
  await refused(sun.call('WithdrawRegistration', ofSun), 'REGISTRATION_SUSPENDED');
  await zhao.call('ResumeRegistration', {...ofSun, comment: '已核对'});
  assert.equal((await sun.call('GetRegistration', ofSun)).state, 'REGISTRATION_STATE_ACTIVE');
  console.log('周一: a unit and four people have reported');

  const {units, reported_through} = await chen.call('ListMyUnits', {});
  assert.deepEqual([units.length, reported_through[0].unit_id], [0, unit.unit_id]);
  assert.equal((await liu.call('ListMyUnits', {})).units[0].unit_id, unit.unit_id);
  const {members} = await liu.call('ListUnitMembers', unit);
  assert.ok(members.some(({display_name}) => display_name === '陈志远'));
  await liu.call('ConfirmUnitMember', {...unit, person_id: chen.id});
  await liu.call('RemoveUnitMember', {...unit, person_id: sun.id});
  await sun.heard('UNIT_MEMBERSHIP_ENDED');
  assert.equal((await liu.call('ListUnitMembers', unit)).members.length, 1);
  for (const change of ['AddLiaison', 'RemoveLiaison']) {
    await liu.call(change, {...unit, person_id: chen.id});
    await zhao.call('AnswerLiaisonChange', {...unit, person_id: chen.id, verdict: 'LIAISON_VERDICT_APPROVE'});
    const {liaison_ids} = await liu.call('GetUnit', unit);
    assert.deepEqual(liaison_ids, change === 'AddLiaison' ? [liu.id, chen.id] : [liu.id]);
  }
  console.log('周一: the unit knows its people, and who speaks for it');
}

async function verify() {
  const {chen, liu, zhao, li, unit} = week;
  const approve = (who, {verification_id}) =>
    who.call('AnswerVerification', {verification_id, verdict: 'VERIFICATION_VERDICT_APPROVE'});
  const nominated = await liu.call('ApplyForVerification',
    {person_id: chen.id, area_code: community, category: 'party_member', statement: '组织关系在我单位'});
  const {verifications: [waiting]} = await zhao.call('ListVerifications', {area_code: community});
  assert.equal(waiting.verification_id, nominated.verification_id);
  await refused(approve(liu, nominated), 'OWN_VERIFICATION');
  await approve(zhao, nominated);
  const applied = await chen.call('ApplyForVerification', {person_id: chen.id, category: 'mobile_grid_worker', statement: '每天送货'});
  const {verifications} = await liu.call('ListUnitVerifications', {...unit, states: ['VERIFICATION_STATE_PENDING']});
  assert.equal(verifications[0].verification_id, applied.verification_id);
  await approve(liu, applied);
  const {verified_categories} = await chen.call('GetPerson', {person_id: chen.id});
  assert.deepEqual(verified_categories.map(({category, source}) => [category, source]).sort(), [
    ['mobile_grid_worker', 'VERIFICATION_SOURCE_SELF_APPLIED'], ['party_member', 'VERIFICATION_SOURCE_NOMINATED'],
  ]);
  const inVain = {person_id: li.id, area_code: community, statement: '开了一家面馆'};
  const merchant = await li.call('ApplyForVerification', {...inVain, category: 'caring_merchant'});
  await zhao.call('AnswerVerification', {
    verification_id: merchant.verification_id, verdict: 'VERIFICATION_VERDICT_REJECT', comment: '请由店铺申请',
  });
  const talent = await li.call('ApplyForVerification', {...inVain, category: 'community_talent', statement: '会剪纸'});
  await li.call('WithdrawVerification', {verification_id: talent.verification_id});
  const again = await li.call('ApplyForVerification', {...inVain, category: 'community_talent', statement: '会剪纸，会唱戏'});
  await approve(zhao, again);
  assert.equal((await li.call('GetVerification', {verification_id: again.verification_id})).verifier_id, zhao.id);
  assert.equal((await li.call('ListPersonVerifications', {person_id: li.id})).verifications.length, 3);
  await zhao.call('RevokeVerification', {person_id: li.id, category: 'community_talent', reason: '登记有误'});
  await li.heard('CATEGORY_REVOKED');
  // For one that expires a reminder comes a month before, and again a week before.
  const grant = (kind, expires) => zhao.call('GrantCredential',
    {person_id: chen.id, kind, issuer: '上海市卫生健康委员会', expire_time: {seconds: expires}});
  await grant('nurse', at(2, 10) + 30 * day);
  await grant('psychologist', at(3, 10) + 7 * day);
  console.log('周一: what people say to be counts once somebody has verified it');
}

async function channels() {
  const {chen, li} = week;
  await chen.call('RegisterDevice',
    {person_id: chen.id, platform: 'DEVICE_PLATFORM_ANDROID', push_token: 'token-of-chen'});
  await chen.call('SetPreferences', {person_id: chen.id, preferences: nights});
  await li.call('RegisterDevice', {person_id: li.id, platform: 'DEVICE_PLATFORM_HARMONY', push_token: 'token-of-li'});
  await li.call('SetPreferences', {person_id: li.id, preferences: {
    ...nights,
    choices: [
      {group: 'NOTIFICATION_GROUP_NEED', choice: 'PUSH_CHOICE_NONE'},
      {group: 'NOTIFICATION_GROUP_WORK', choice: 'PUSH_CHOICE_DIGEST'},
    ],
  }});
  const {devices, preferences} = await li.call('GetChannels', {person_id: li.id});
  assert.deepEqual([devices.length, preferences.choices.length], [1, 2]);
  const old = await li.call('RegisterDevice', {person_id: li.id, platform: 'DEVICE_PLATFORM_IOS', push_token: 'an old phone'});
  const left = await li.call('RemoveDevice', {person_id: li.id, device_id: old.devices[0].device_id});
  assert.equal(left.devices.length, 1);
  console.log('周一: phones to reach, and hours to be left alone');
}

async function news() {
  const {chen, li, zhao} = week;
  const announce = (title, more) => zhao.call('PublishAnnouncement',
    {area_code: community, category: 'event', title, body: '周六上午九点，党群活动室。', ...more});
  await announce('党员大会', {person_categories: ['party_member']});
  const wrong = await announce('重阳节活动');
  await zhao.call('WithdrawAnnouncement', {announcement_id: wrong.announcement_id, reason: '时间有误'});
  assert.equal((await li.call('GetAnnouncement', {announcement_id: wrong.announcement_id})).state, 'ANNOUNCEMENT_STATE_WITHDRAWN');
  await announce('重阳节活动改期');
  assert.equal((await zhao.call('ListAnnouncements', {area_code: community})).announcements.length, 3);
  const titles = async (who) => (await who.call('ListMyAnnouncements', {person_id: who.id})).announcements
    .map(({title}) => title).join();
  assert.equal(await titles(li), '重阳节活动改期');
  await until('news for party members', async () => await titles(chen) === '重阳节活动改期,党员大会');
  const home = await li.call('GetHome', {person_id: li.id});
  assert.deepEqual([home.announcements.length, home.unread_announcement_count], [1, 1]);
  await li.call('MarkAnnouncementsRead', {person_id: li.id, announcement_id: home.announcements[0].announcement_id});
  assert.equal((await li.call('GetHome', {person_id: li.id})).unread_announcement_count, 0);
  console.log('周一: the news of the community, some of it for party members');
}

module.exports = async () => {
  reach(at(1, 9));
  for (const part of [arrive, profile, report, channels, verify, news]) await part();
};
