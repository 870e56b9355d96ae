// A week of five people. 王奶奶 has no phone; 李阿姨 lives next door and speaks for her; 小陈 is a volunteer; 老刘 is the
// liaison of the power company that 小陈 works for; 赵社工 coordinates the community; 小孙 is new in it. Time passes as the
// story tells it (preload/clock.cc), and the backend is reached through gateway.js.
'use strict';
const assert = require('node:assert/strict');
const {play, uncalled} = require('./app');

play(async () => {
  for (const day of ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']) {
    await require(`./week/${day}`)();
  }
  assert.deepEqual([...uncalled], [], 'whatever the backend has for people is played');
});
