// A week of five people. 王奶奶 has no phone; 李阿姨 lives next door and speaks for her; 小陈 is a volunteer; 老刘 is the
// liaison of the power company that 小陈 works for; 赵社工 coordinates the community. The days pass as fast as the backend
// lets them: what is served is served within seconds.
'use strict';
const assert = require('node:assert/strict');
const {createHash, createHmac, createPublicKey, verify} = require('node:crypto');
const {anybody, Person, play, refused, sleep, until} = require('./app');

const community = '310110001001';
const day = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const window = (start, length) => ({start: {seconds: start}, end: {seconds: start + length}});
const photo = (name) => ({url: `https://photos.example.org/${name}.jpg`, sha256: createHash('sha256').update(name).digest()});
const week = {};  // what one day leaves for the next

// The code that a phone without network shows now: RFC 6238.
function totp(secret) {
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(now() / 30)));
  const mac = createHmac('sha256', secret).update(step).digest();
  const number = (mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1e6;
  return String(number).padStart(6, '0');
}
const clock = () => ({seconds: now(), nanos: Date.now() % 1000 * 1e6});

// 报到: a unit and its people.
async function monday() {
  const [li, chen, liu, zhao] = await Promise.all([1, 2, 3, 4].map(() => Person.login()));
  Object.assign(week, {li, chen, liu, zhao, place: (await anybody.call('GetArea', {code: community})).center});
  const {version} = await anybody.call('GetPrivacyTerms', {});
  const {privacy_consents} = await li.call('WithdrawConsent', {person_id: li.id});
  assert.ok(privacy_consents[0].version === version && privacy_consents[0].withdraw_time, 'what was agreed to is on record');
  await refused(li.call('CreateRegistration', {area_code: community}), 'CONSENT_REQUIRED');
  await li.consent();
  await zhao.appoint('ROLE_COORDINATOR', community);
  const made = await zhao.call('CreateUnit',
    {name: '杨浦供电公司', kind: 'UNIT_KIND_ENTERPRISE', area_code: community, liaison_id: liu.id});
  const unit = week.unit = {unit_id: made.unit_id};
  const vocabulary = await chen.call('GetVocabulary', {});
  const named = (kind, name) => vocabulary.tags.find((tag) => tag.kind === kind && tag.name_zh === name).tag;
  const {tags} = await chen.call('GetVocabulary', {known_version: vocabulary.version});
  assert.equal(tags.length, 0, 'an app that has it gets it once');
  const {areas} = await chen.call('SearchAreas', {query: '平凉'});
  assert.ok(areas.length > 0, 'an area is found by its name');
  await until('the unit', async () => (await chen.call('SearchUnits', {query: '供电'})).units[0]);
  await chen.call('UpdatePerson', {
    person_id: chen.id, display_name: '陈志远', categories: ['party_member'],
    skills: [named('TAG_KIND_SKILL', '助老')],
    languages: ['mandarin', 'shanghainese'], ...unit,
    emergency_contact: {name: '陈敏', phone: '13900000001', relation: '姐姐'},
    update_mask: {paths: ['display_name', 'categories', 'skills', 'languages', 'unit_id', 'emergency_contact']},
  });
  for (const {registration_id} of [
    await liu.call('CreateRegistration', {subject_id: unit.unit_id, area_code: community}),
    await chen.call('CreateRegistration', {area_code: community, through_unit_id: unit.unit_id}),
    await li.call('CreateRegistration', {area_code: community}),
  ]) {
    await zhao.call('ReviewRegistration', {registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'});
  }
  await chen.heard('REGISTRATION_ACTIVE');
  console.log('周一: a unit and two people have reported');

  assert.equal((await liu.call('ListMyUnits', {})).units[0].unit_id, unit.unit_id);
  const {members} = await liu.call('ListUnitMembers', unit);
  assert.deepEqual(members.map((member) => member.display_name), ['陈志远']);
  await liu.call('ConfirmUnitMember', {...unit, person_id: chen.id});
  await liu.call('AddLiaison', {...unit, person_id: chen.id});
  await zhao.call('AnswerLiaisonChange', {...unit, person_id: chen.id, verdict: 'LIAISON_VERDICT_APPROVE'});
  await liu.call('RemoveLiaison', {...unit, person_id: chen.id});
  await zhao.call('AnswerLiaisonChange', {...unit, person_id: chen.id, verdict: 'LIAISON_VERDICT_APPROVE'});
  assert.deepEqual((await liu.call('GetUnit', unit)).liaison_ids, [liu.id]);
  console.log('周一: the unit knows its people, and who speaks for it');

  const nominated = await liu.call('ApplyForVerification',
    {person_id: chen.id, area_code: community, category: 'party_member', statement: '组织关系在我单位'});
  const {verifications: [waiting]} = await zhao.call('ListVerifications', {area_code: community});
  assert.equal(waiting.verification_id, nominated.verification_id);
  await zhao.call('AnswerVerification',
    {verification_id: nominated.verification_id, verdict: 'VERIFICATION_VERDICT_APPROVE'});
  const {verified_categories: [member]} = await chen.call('GetPerson', {person_id: chen.id});
  assert.equal(member.category, 'party_member');
  console.log('周一: who says to be a party member is one once it is verified');

  await chen.call('RegisterDevice',
    {person_id: chen.id, platform: 'DEVICE_PLATFORM_ANDROID', push_token: 'token-of-the-push-service'});
  await chen.call('SetPreferences',
    {person_id: chen.id, preferences: {quiet_start_minute: 22 * 60, quiet_end_minute: 7 * 60, digest_hour: 8}});
  const {devices, preferences} = await chen.call('GetChannels', {person_id: chen.id});
  assert.deepEqual([devices.length, preferences.quiet_start_minute], [1, 1320]);
  await zhao.call('PublishAnnouncement',
    {area_code: community, category: 'publicity', title: '重阳节活动', body: '周六上午九点，党群活动室。'});
  const {announcements: [news]} = await li.call('ListMyAnnouncements', {person_id: li.id});
  assert.equal(news.title, '重阳节活动');
  assert.equal((await li.call('GetHome', {person_id: li.id})).announcements.length, 1);
  await li.call('MarkAnnouncementsRead', {person_id: li.id, announcement_id: news.announcement_id});
  console.log('周一: a phone to reach, hours to be left alone, and the news of the community');
}

// 提需求: for somebody else, on dates that are not fixed, and every week.
async function tuesday() {
  const {li, zhao, place} = week;
  week.start = now() + 20;
  const contact = {name: '李阿姨', phone: li.phone, address: '平凉路1号101室'};
  const beneficiary = {
    name: '王秀英', relation: 'RELATION_NEIGHBOUR', consent: 'CONSENT_SPOKEN', consent_time: {seconds: now() - 60},
  };
  const need = await li.call('CreateNeed', {
    title: '陪王奶奶看病', description: '腿脚不便', category: 'elderly_care', area_code: community, place, people_wanted: 1,
    window: window(week.start, 3600), contact, beneficiary,
  });
  await li.call('UpdateNeed', {
    need_id: need.need_id, urgency: 'NEED_URGENCY_SOON', photos: [photo('stairs')], etag: need.etag,
    update_mask: {paths: ['urgency', 'photos']},
  });
  const stale = {need_id: need.need_id, title: '看病', etag: need.etag, update_mask: {paths: ['title']}};
  await refused(li.call('UpdateNeed', stale), 'STALE_VERSION');
  const seen = await zhao.call('GetNeed', {need_id: need.need_id});
  assert.deepEqual([seen.beneficiary.name, seen.photos.length], ['王秀英', 1], 'the coordinator sees whom it is for');
  await zhao.call('ReviewNeed', {need_id: need.need_id, verdict: 'NEED_VERDICT_ACCEPT'});
  week.escort = {task_id: (await zhao.call('PublishNeed', {need_id: need.need_id, check_in_minutes: 30})).task_id};
  console.log('周二: a need is raised on behalf of somebody, mended, accepted and published');

  const afternoons = [1, 2, 3, 4, 5].map((weekday) => ({weekday, start_minute: 13 * 60, end_minute: 17 * 60}));
  const loose = await li.call('CreateNeed', {
    title: '修水龙头', category: 'repair', area_code: community, place, contact,
    wishes: {range: window(now() + 60, 14 * day), times: afternoons, duration_minutes: 60},
  });
  await zhao.call('ReviewNeed', {need_id: loose.need_id, verdict: 'NEED_VERDICT_ACCEPT'});
  await refused(zhao.call('PublishNeed', {need_id: loose.need_id, window: window(now() + 15 * day, 3600)}), 'WISHES_NOT_MET');
  const {windows} = await zhao.call('ListFittingWindows', {need_id: loose.need_id});
  await zhao.call('PublishNeed', {need_id: loose.need_id, window: windows[0]});
  const off = await li.call('CancelNeed', {need_id: loose.need_id, reason: '邻居修好了'});
  assert.equal(off.state, 'NEED_STATE_CANCELLED');
  console.log('周二: any weekday afternoon will do, the coordinator picks one, and it may be called off');

  const visit = await li.call('CreateNeed', {
    title: '陪王奶奶聊天', category: 'companionship', area_code: community, place, contact, beneficiary,
    window: window(now() + 2 * day, 3600),
  });
  const series = await li.call('CreateNeedSeries', {need_id: visit.need_id, rrule: 'FREQ=WEEKLY;COUNT=5'});
  const ofSeries = {need_series_id: series.need_series_id};
  await zhao.call('ReviewNeedSeries', {...ofSeries, verdict: 'NEED_SERIES_VERDICT_ACCEPT'});
  const {occurrences} = await li.call('GetNeedSeries', ofSeries);
  const skipped = await li.call('SkipOccurrence', {...ofSeries, start_time: occurrences.at(-1)});
  assert.equal(skipped.occurrences.length, occurrences.length - 1);
  await li.call('EndNeedSeries', {...ofSeries, reason: '女儿接走了'});
  console.log('周二: company every week, once not, and then no more');
}

// 接单: found, taken, given on.
async function wednesday() {
  const {chen, liu, li, zhao, unit, escort, place} = week;
  const wish = {area_code: community, claimable: true, filter: {text: '看病', free_slots: 1, may_take: true}};
  const found = await until('the task', async () => (await chen.call('ListTasks', wish)).tasks[0]);
  assert.equal(found.task_id, escort.task_id);
  assert.equal((await chen.call('FindNearestTasks', {point: place, filter: wish.filter})).hits.length, 1);
  const stranger = await Person.login();
  const {claimable, obstacles} = await stranger.call('CheckClaim', escort);
  assert.ok(!claimable && obstacles.length > 0, 'told before trying');
  assert.ok((await chen.call('CheckClaim', escort)).claimable);
  await chen.call('ClaimTask', escort);
  assert.equal((await chen.call('GetMyAssignment', escort)).assignment.state, 'ASSIGNMENT_STATE_ACCEPTED');
  const {people: [coming]} = await li.call('ListTaskPeople', escort);
  assert.deepEqual([coming.display_name, coming.phone], ['陈志远', chen.phone]);
  assert.ok(!coming.emergency_contact, 'that is for coordinators');
  assert.equal((await zhao.call('ListTaskPeople', escort)).people[0].emergency_contact.name, '陈敏');
  assert.equal((await chen.call('GetTaskCoordinator', escort)).phone, zhao.phone);
  assert.ok((await chen.call('GetHome', {person_id: chen.id})).agenda.next, 'the next work stands on the first screen');
  console.log('周三: work is found, looked at and taken; both sides know each other');

  const cleaning = await zhao.call('PublishTask', {
    title: '楼道大扫除', category: 'cleaning', area_code: community, place, window: window(now() + 2 * day, 3600),
    slots_min: 2, slots_max: 3, show_teammates: true,
  });
  const ofCleaning = {task_id: cleaning.task_id};
  await zhao.call('OfferTask', {...ofCleaning, person_id: chen.id});
  await chen.call('DeclineOffer', {...ofCleaning, reason: '想跟单位一起去'});
  await liu.call('ClaimUnitSlots', {...ofCleaning, ...unit, slots: 2});
  await liu.call('NameUnitMember', {...ofCleaning, ...unit, person_id: chen.id});
  await chen.heard('TASK_NAMED');
  const claim = await liu.call('WithdrawUnitClaim', {...ofCleaning, ...unit, slots: 1});
  assert.deepEqual([claim.named, claim.open_slots], [1, 0]);
  assert.deepEqual((await liu.call('GetUnitClaim', {...ofCleaning, ...unit})).members.length, 1);
  await zhao.call('SendTaskMessage', {...ofCleaning, text: '请自带手套'});
  await chen.heard('TASK_MESSAGE');
  await li.call('ClaimTask', ofCleaning);
  assert.deepEqual((await chen.call('ListTeammates', ofCleaning)).teammates.map(({person_id}) => person_id), [li.id]);
  await li.call('WithdrawAssignment', {...ofCleaning, reason: '孙子来了'});
  console.log('周三: a unit claims slots, and names who comes; offers are declined, places given back, with a reason');

  await chen.call('ProposeSwap', {...ofCleaning, successor_id: li.id, reason: '临时加班'});
  await li.heard('SWAP_PROPOSED');
  await li.call('AcceptOffer', ofCleaning);
  assert.equal((await chen.call('GetMyAssignment', ofCleaning)).assignment.end_cause, 'END_CAUSE_REPLACED');
  await zhao.call('NameLeader', {...ofCleaning, person_id: li.id});
  await li.heard('LEADER_NAMED');
  assert.match((await li.call('GetSignInCode', ofCleaning)).code, /^\d{6}$/);
  assert.deepEqual((await li.call('ListRoster', ofCleaning)).people, [], 'nobody else comes yet');
  await li.call('RequestWithdrawal', {...ofCleaning, reason: '要照顾王奶奶'});
  const answered = await zhao.call('AnswerWithdrawal',
    {...ofCleaning, person_id: li.id, verdict: 'WITHDRAWAL_VERDICT_APPROVE'});
  assert.equal(answered.state, 'ASSIGNMENT_STATE_WITHDRAWN');
  await li.heard('WITHDRAWAL_APPROVED');
  await refused(li.call('GetSignInCode', ofCleaning), 'NOT_LEADER');
  await zhao.call('CancelTask', {...ofCleaning, reason: '下雨'});
  console.log('周三: a place changes hands, somebody leads, and is let go');
}

// 服务与评价.
async function thursday() {
  const {chen, li, liu, zhao, escort, start, place} = week;
  const {secret} = await li.call('GetSignInCode', escort);
  await refused(chen.call('SignIn', {...escort, position: place, accuracy_m: 900}), 'POSITION_INEXACT');
  await chen.call('SignIn', {...escort, code: totp(secret)});
  await li.heard('HELPER_ARRIVED');
  assert.equal((await chen.call('CheckIn', escort)).check_in_state, 'CHECK_IN_STATE_ON_TIME');
  await chen.call('SetServicePhotos', {...escort, photos: [photo('waiting-room')]});
  assert.equal((await zhao.call('ListServicePhotos', escort)).photos[0].photos.length, 1);
  await sleep(start * 1000 + 200 - Date.now());
  const sign_out = {code: totp(secret), phone_time: clock()};
  const out = await chen.call('SendOfflineSigns', {...escort, sign_out, sent_time: clock()});
  assert.equal(out.sign_out_method, 'SIGN_METHOD_CODE');
  await li.call('RateVolunteer',
    {...escort, person_id: chen.id, rating: 5, tags: ['RATING_TAG_KIND'], comment: '很耐心'});
  await chen.call('RateService', {...escort, rating: 4, tags: ['RATING_TAG_WARM_WELCOME']});
  const told = await li.call('IssueRatingCode', escort);
  const rated = await chen.call('EvaluateByCode', {...escort, code: told.code, rating: 5, comment: '谢谢小陈'});
  assert.equal(rated.state, 'TASK_STATE_EVALUATED');
  await chen.heard('HOURS_CREDITED');
  const {ratings} = await zhao.call('ListRatings', escort);
  assert.deepEqual([ratings[0].of_volunteer.rating, ratings[0].of_service.rating], [5, 4]);
  console.log('周四: served, and rated by her who has no phone');

  // 老刘 comes as himself, too.
  const {registration_id} = await liu.call('CreateRegistration', {area_code: community});
  await zhao.call('ReviewRegistration', {registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'});
  const publish = (title, category, when) => zhao.call('PublishTask',
    {title, category, area_code: community, place, window: when, slots_min: 1, slots_max: 2});
  const lunch = await publish('送午餐', 'meal_delivery', window(now() + 5, 2));
  const ofLunch = {task_id: lunch.task_id};
  await until('to be known', () => liu.call('ClaimTask', ofLunch).catch(() => null));
  const ofMarket = {task_id: (await publish('早市引导', 'publicity', window(now() + 1200, 3600))).task_id};
  for (const person of [li, liu]) await person.call('ClaimTask', ofMarket);
  await zhao.call('NameLeader', {...ofMarket, person_id: li.id});
  await li.call('SignIn', {...ofMarket, position: place, accuracy_m: 20});
  const {people: [expected]} = await li.call('ListRoster', ofMarket);
  const {assignments: [signed]} = await li.call('SignPeople',
    {...ofMarket, action: 'SIGN_ACTION_SIGN_IN', person_ids: [expected.person_id]});
  assert.deepEqual([signed.person_id, signed.sign_in_method], [liu.id, 'SIGN_METHOD_LEADER']);
  await liu.heard('SIGNED_IN_BY_LEADER');
  console.log('周四: who leads signs the others in');

  await sleep(lunch.window.end.seconds * 1000 + 200 - Date.now());
  const {credit_request} = await liu.call('RequestCredit',
    {...ofLunch, served: lunch.window, statement: '手机没电', photos: [photo('lunch')]});
  const {items: [forgotten]} = await zhao.call('ListCreditRequests', {area_code: community});
  assert.deepEqual([forgotten.statement, forgotten.photos.length], ['手机没电', 1]);
  const credited = await zhao.call('AnswerCreditRequest', {
    ...ofLunch, person_id: liu.id, verdict: 'CREDIT_REQUEST_VERDICT_APPROVE', reason: '食堂证实',
    request_time: credit_request.request_time,
  });
  assert.deepEqual([credited.sign_out_method, credited.credited_minutes], ['SIGN_METHOD_CONFIRMED', 1]);
  await until('the end', () => zhao.call('EvaluateTask', {...ofLunch, rating: 4}).catch(() => null));
  await liu.heard('HOURS_CONFIRMED');
  console.log('周四: who forgot to sign is credited, on a word and a photo');

  const complaint = await li.call('RaiseComplaint', {...escort, statement: '通知太晚'});
  const {complaints: [open]} = await zhao.call('ListComplaints', {area_code: community});
  assert.equal(open.statement, '通知太晚');
  const ofComplaint = {complaint_id: complaint.complaint_id};
  await zhao.call('AnswerComplaint', {...ofComplaint, outcome: 'COMPLAINT_OUTCOME_UPHELD', answer: '下次提前一天'});
  assert.equal((await li.call('GetComplaint', ofComplaint)).answer, '下次提前一天');
  console.log('周四: what went wrong is heard, and answered');
}

// 证明: what has been done, on paper and in the calendar.
async function friday() {
  const {chen, zhao} = week;
  const period = window(now() - day, day + 3600);
  const {token} = await chen.call('CreateCalendarFeed', {});
  const {calendar} = await anybody.call('GetCalendarFeed', {token});
  assert.match(calendar.toString(), /BEGIN:VCALENDAR[^]*SUMMARY:陪王奶奶看病/);
  await chen.call('RevokeCalendarFeed', {});
  await refused(anybody.call('GetCalendarFeed', {token}), 'CALENDAR_FEED_UNKNOWN');
  console.log('周五: a calendar follows, until it is not wanted any more');

  const statement = await until('the hours', async () => {
    const statement = await chen.call('GetStatement', {person_id: chen.id, period});
    return statement.total_size > 0 && statement;
  });
  assert.equal(statement.entries[0].title, '陪王奶奶看病');
  // Of a period that is over: the service began a moment ago.
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
  console.log('周五: hours on paper, which anybody can verify, until it is revoked');
}

// 阵地: a room, and a project that is followed.
async function saturday() {
  const {chen, li, zhao, place} = week;
  const tomorrow = new Date(Date.now() + (8 + 24) * 3_600_000);  // its UTC fields are China's
  const hours = {weekday: tomorrow.getUTCDay() || 7, start_minute: 9 * 60, end_minute: 10 * 60};
  const {resource_id} = await zhao.call('CreateResource', {
    title: '党群活动室', category: 'venue', area_code: community, place, capacity: 1, slots: [hours],
    booking: {auto_confirm: true, waitlist_max: 1},
  });
  const {slots: [slot]} = await li.call('ListSlots', {resource_id});
  const wish = {resource_id, start_time: slot.window.start};
  const booked = await li.call('BookResource', wish);
  assert.equal((await chen.call('BookResource', wish)).state, 'BOOKING_STATE_WAITLISTED');
  await li.call('CancelBooking', {booking_id: booked.booking_id});
  assert.equal((await chen.call('ListMyBookings', {})).bookings[0].state, 'BOOKING_STATE_CONFIRMED');
  const {resource_id: barber} = await zhao.call('CreateResource', {
    title: '理发', category: 'haircut', area_code: community, place, capacity: 1, slots: [hours],
    booking: {auto_confirm: false},
  });
  await zhao.call('UpdateResource', {resource_id: barber, description: '自带毛巾', update_mask: {paths: ['description']}});
  const asked = await li.call('BookResource', {resource_id: barber, start_time: slot.window.start});
  assert.equal((await zhao.call('ListBookings', {resource_id: barber})).bookings[0].booking_id, asked.booking_id);
  const kept = await zhao.call('AnswerBooking', {booking_id: asked.booking_id, verdict: 'BOOKING_VERDICT_CONFIRM'});
  assert.equal(kept.state, 'BOOKING_STATE_CONFIRMED');
  console.log('周六: a room is booked, and given on to who waited; a haircut is confirmed by who gives it');

  const {project_id} = await zhao.call('CreateProject', {title: '楼道扶手', category: 'repair', area_code: community});
  await li.call('FollowProject', {project_id});
  await zhao.call('UpdateProject', {project_id, description: '三号楼先装', update_mask: {paths: ['description']}});
  await li.heard('PROJECT_UPDATED');
  assert.equal((await li.call('ListMyProjects', {followed: true})).projects.length, 1);
  console.log('周六: a project is proposed, and followed');
}

// 反馈: what came of it, and a new number.
async function sunday() {
  const {chen, liu, zhao, unit} = week;
  const report = await until('the report', async () => {
    const report = await liu.call('GetUnitReport', {...unit, period: window(now() - day, 2 * day)});
    return report.total.services > 0 && report;
  });
  assert.deepEqual([report.total.members, report.total.services], [1, 1]);
  assert.ok((await liu.call('ListUnitHistory', unit)).items.every(({person_id}) => person_id === chen.id));
  const sheet = await new Promise((resolve, reject) => {
    const parts = [];
    liu.stream('ExportUnitReport', {...unit, period: window(now() - day, 2 * day), format: 'REPORT_FORMAT_CSV'})
      .on('data', ({content}) => parts.push(content)).on('error', reject)
      .on('end', () => resolve(Buffer.concat(parts).toString()));
  });
  assert.match(sheet, /^\ufeff区域代码,/);
  assert.equal((await chen.call('SearchTasks', {query: '看病'})).tasks.length, 1);
  assert.ok((await chen.call('ListHistory', {person_id: chen.id})).items.some(({title}) => title === '陪王奶奶看病'));
  const {items: raised} = await week.li.call('ListNeedHistory', {person_id: week.li.id});
  assert.ok(raised.some(({title}) => title === '修水龙头'), 'also what was called off');
  assert.equal((await chen.call('GetHome', {person_id: chen.id})).service.services, 1);
  assert.ok(await zhao.call('GetAreaSummary', {area_code: community}));
  console.log('周日: hours of a person, of a unit, and the desk of a community');

  const {sessions} = await chen.call('ListMySessions', {});
  assert.ok(sessions[0].current);
  const phone = Person.number();
  const changed = await chen.call('ChangePhone', {
    person_id: chen.id, phone, code: await Person.code(phone), current_code: await Person.code(chen.phone, chen.device),
  });
  assert.equal(changed.phone, phone);
  console.log('周日: a new number, and still the same person');

  await Person.login(liu.phone, '旧手机');
  const news = (await liu.heard('NEW_SIGN_IN')).find(({kind}) => kind === 'NOTIFICATION_KIND_NEW_SIGN_IN');
  assert.match(news.body, /旧手机/);
  assert.ok((await liu.call('EndSession', {session_id: news.subject_id})).ended, 'whoever it was is out');
  const me = {person_id: liu.id};
  await refused(liu.call('RequestAccountDeletion', me), 'ACCOUNT_IN_USE');  // he speaks for the unit
  const guest = await Person.login();
  const {delete_time} = await guest.call('RequestAccountDeletion', {person_id: guest.id});
  assert.ok(delete_time.seconds > now() + 14 * day, 'there is time to think it over');
  await refused(guest.call('CreateRegistration', {area_code: community}), 'ACCOUNT_CLOSING');
  await guest.call('CancelAccountDeletion', {person_id: guest.id});
  await guest.heard('ACCOUNT_DELETION_CANCELLED');
  console.log('周日: a stranger on an account is put out, and an account ends only when nobody counts on it');
}

play(async () => {
  for (const tell of [monday, tuesday, wednesday, thursday, friday, saturday, sunday]) await tell();
});
