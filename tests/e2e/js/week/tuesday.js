// 提需求: for somebody else, on dates that are not fixed, and every week; and what a community has to lend.
'use strict';
const assert = require('node:assert/strict');
const {refused} = require('../app');
const {at, community, day, now, photo, reach, week, window} = require('./town');

async function onBehalf() {
  const {li, zhao, place} = week;
  const contact = week.contact = {name: '李阿姨', phone: li.phone, address: '平凉路1号101室'};
  const beneficiary = week.beneficiary = {
    name: '王秀英', relation: 'RELATION_NEIGHBOUR', consent: 'CONSENT_SPOKEN', consent_time: {seconds: now() - 60},
  };
  const need = await li.call('CreateNeed', {
    title: '陪王奶奶看病', description: '腿脚不便', category: 'elderly_care', area_code: community, place, people_wanted: 1,
    window: window(at(4, 9, 30), 2 * 3600), contact, beneficiary,
  });
  week.ofNeed = {need_id: need.need_id};
  await li.call('UpdateNeed', {
    ...week.ofNeed, urgency: 'NEED_URGENCY_SOON', photos: [photo('stairs')], etag: need.etag,
    update_mask: {paths: ['urgency', 'photos']},
  });
  const stale = {...week.ofNeed, title: '看病', etag: need.etag, update_mask: {paths: ['title']}};
  await refused(li.call('UpdateNeed', stale), 'STALE_VERSION');
  const seen = await zhao.call('GetNeed', week.ofNeed);
  assert.deepEqual([seen.beneficiary.name, seen.photos.length, seen.urgency], ['王秀英', 1, 'NEED_URGENCY_SOON'],
    'the coordinator sees whom it is for');
  const {needs: [masked]} = await zhao.call('ListNeeds', {area_code: community, states: ['NEED_STATE_SUBMITTED']});
  assert.ok(masked.need_id === need.need_id && masked.contact.phone !== li.phone, 'in a list it is masked');
  await zhao.call('ReviewNeed', {...week.ofNeed, verdict: 'NEED_VERDICT_ACCEPT'});
  week.escort = {task_id: (await zhao.call('PublishNeed', {...week.ofNeed, check_in_minutes: 30})).task_id};
  assert.equal((await li.call('ListMyNeeds', {})).needs[0].state, 'NEED_STATE_MATCHED');
  console.log('周二: a need is raised on behalf of somebody, mended, accepted and published');
}

async function whenever() {
  const {li, zhao, place, contact} = week;
  const afternoons = [1, 2, 3, 4, 5].map((weekday) => ({weekday, start_minute: 13 * 60, end_minute: 17 * 60}));
  const loose = await li.call('CreateNeed', {
    title: '修水龙头', category: 'repair', area_code: community, place, contact,
    wishes: {range: window(now() + 60, 14 * day), times: afternoons, duration_minutes: 60},
  });
  const ofLoose = {need_id: loose.need_id};
  await zhao.call('ReviewNeed', {...ofLoose, verdict: 'NEED_VERDICT_RETURN', comment: '厨房还是卫生间？'});
  await li.heard('NEED_RETURNED', loose.need_id);
  await li.call('UpdateNeed', {...ofLoose, description: '厨房', update_mask: {paths: ['description']}});
  assert.equal((await li.call('ResubmitNeed', ofLoose)).state, 'NEED_STATE_SUBMITTED');
  await zhao.call('ReviewNeed', {...ofLoose, verdict: 'NEED_VERDICT_ACCEPT'});
  await refused(zhao.call('PublishNeed', {...ofLoose, window: window(now() + 15 * day, 3600)}), 'WISHES_NOT_MET');
  const {windows} = await zhao.call('ListFittingWindows', ofLoose);
  await zhao.call('PublishNeed', {...ofLoose, window: windows[0]});
  const off = await li.call('CancelNeed', {...ofLoose, reason: '邻居修好了'});
  assert.equal(off.state, 'NEED_STATE_CANCELLED');
  console.log('周二: any weekday afternoon will do, the coordinator picks one, and it may be called off');
}

async function everyWeek() {
  const {li, zhao, place, contact, beneficiary} = week;
  const visit = await li.call('CreateNeed', {
    title: '陪王奶奶聊天', category: 'companionship', area_code: community, place, contact, beneficiary,
    window: window(now() + 2 * day, 3600),
  });
  const series = await li.call('CreateNeedSeries', {need_id: visit.need_id, rrule: 'FREQ=WEEKLY;COUNT=5'});
  const ofSeries = {need_series_id: series.need_series_id};
  const {series: [waiting]} = await zhao.call('ListNeedSeries', {area_code: community});
  assert.equal(waiting.need_series_id, series.need_series_id);
  await zhao.call('ReviewNeedSeries', {...ofSeries, verdict: 'NEED_SERIES_VERDICT_ACCEPT'});
  const {occurrences} = await li.call('GetNeedSeries', ofSeries);
  const skipped = await li.call('SkipOccurrence', {...ofSeries, start_time: occurrences.at(-1)});
  assert.equal(skipped.occurrences.length, occurrences.length - 1);
  await li.call('EndNeedSeries', {...ofSeries, reason: '女儿接走了'});
  assert.equal((await li.call('ListMyNeedSeries', {})).series[0].state, 'NEED_SERIES_STATE_ENDED');
  console.log('周二: company every week, once not, and then no more');
}

async function lend() {
  const {li, liu, chen, zhao, unit, place, contact} = week;
  const chair = await liu.call('CreateResource',
    {title: '轮椅两台', category: 'wheelchair', area_code: community, capacity: 2, owner_id: unit.unit_id});
  const {resources: [ofUnit]} = await liu.call('ListMyResources', {owner_id: unit.unit_id});
  assert.equal(ofUnit.resource_id, chair.resource_id, 'what a unit has to lend, all the time');
  const need = await li.call('CreateNeed', {
    title: '借轮椅', category: 'elderly_care', area_code: community, place, contact, window: window(now() + day, 3600),
  });
  const ofNeed = {need_id: need.need_id};
  await zhao.call('ReviewNeed', {...ofNeed, verdict: 'NEED_VERDICT_ACCEPT'});
  await zhao.call('CreateMatch', {...ofNeed, answer_id: chair.resource_id, note: '到单位门卫处取'});
  assert.equal((await li.call('ListMatches', ofNeed)).matches[0].note, '到单位门卫处取');
  await li.call('ResolveNeed', ofNeed);
  assert.equal((await li.call('CloseNeed', ofNeed)).state, 'NEED_STATE_CLOSED');
  console.log('周二: a unit has wheelchairs to lend, and somebody needs one');

  const slots = [6, 7].map((weekday) => ({weekday, start_minute: 14 * 60, end_minute: 15 * 60}));
  const hall = await zhao.call('CreateResource', {
    title: '党群活动室', category: 'venue', area_code: community, place, capacity: 1,
    slots, booking: {auto_confirm: true, waitlist_max: 1},
  });
  const book = (who, start) => who.call('BookResource', {resource_id: hall.resource_id, start_time: {seconds: start}});
  week.hall = {missed: await book(chen, at(6, 14)), kept: await book(li, at(7, 14))};
  console.log('周二: a room can be booked, for the weekend');
}

module.exports = async () => {
  reach(at(2, 9));
  for (const part of [onBehalf, whenever, everyWeek, lend]) await part();
};
