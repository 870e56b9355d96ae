// postgres.js LISTEN DATABASE: a claim is one PL/pgSQL function, and one transaction.
'use strict';
const {randomUUID} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const {Pool} = require('pg');
const {serve} = require('./serve');

const [listen, database] = process.argv.slice(2);
const pool = new Pool({connectionString: database, max: 32});

async function publish(request) {
  const id = `tsk_${randomUUID()}`;
  const {start, end} = request.window;
  await pool.query('INSERT INTO tasks (task_id, requester, start_time, end_time, slots) ' +
    'VALUES ($1, $2, to_timestamp($3), to_timestamp($4), $5)', [id, request.area_code, start.seconds, end.seconds, request.slots_max]);
  return {task_id: id};
}

async function claim(request, caller) {
  const {rows} = await pool.query({name: 'claim', text: 'SELECT claim($1, $2, $3) AS answer',
    values: [caller, request.request_id, request.task_id]});
  return rows[0].answer;
}

pool.query(fs.readFileSync(path.join(__dirname, 'claim.sql'), 'utf8'))
  .then(() => serve(listen, {publish, claim}));
