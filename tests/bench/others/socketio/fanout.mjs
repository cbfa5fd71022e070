// SPDX-License-Identifier: MIT
// CPU of server.mjs per delivery to 1,000 members, as scenario a of nextchat-bench has it: one member talks, 40 messages of
// 200 characters a second at most, each when all members have the one before (docs/performance.md).
//
//     npm install && node fanout.mjs
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

const members = 1000;
const messagesPerSecond = 40;
const seconds = 3;
const rounds = 3;
const port = 5002;
const ticksPerSecond = 100; // of /proc

function cpuSeconds(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

// Speaks as much of Socket.IO as is needed, and looks at what arrives no closer than to count it.
function member(onMessage) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    return new Promise((resolve, reject) => {
        socket.on("error", reject);
        socket.on("message", data => {
            if (data[0] === 0x30) // open
                socket.send("40");
            else if (data[0] === 0x32) // ping
                socket.send("3");
            else if (data[1] === 0x30) // connected
                socket.send('420["JoinGroup","lobby"]');
            else if (data[1] === 0x33) // joined
                resolve(socket);
            else
                onMessage();
        });
    });
}

async function firstMember(onMessage) {
    for (let attempt = 1; ; ++attempt) {
        try {
            return await member(onMessage);
        } catch (error) { // it does not listen yet
            if (attempt === 100)
                throw error;
            await sleep(100);
        }
    }
}

const server = spawn(process.execPath, ["server.mjs", String(port)], { stdio: "inherit" });
try {
    let received = 0;
    let expected = 0;
    let complete = () => {};
    const count = () => ++received === expected && complete();
    const sockets = [await firstMember(count)];
    while (sockets.length < members)
        sockets.push(await member(count));
    const say = () => new Promise(resolve => {
        expected = received + members;
        complete = resolve;
        sockets[0].send('42' + JSON.stringify(["SendMessage", "lobby", "x".repeat(200)]));
    });
    for (let i = 0; i < 20; ++i)
        await say(); // warms up
    for (let round = 0; round < rounds; ++round) {
        const before = cpuSeconds(server.pid);
        const start = Date.now();
        const messages = messagesPerSecond * seconds;
        for (let i = 0; i < messages; ++i) {
            await sleep(Math.max(0, start + i * 1000 / messagesPerSecond - Date.now()));
            await say();
        }
        const cpu = cpuSeconds(server.pid) - before;
        console.log(`${(cpu * 1e6 / (messages * members)).toFixed(2)} us of CPU per delivery`);
    }
    sockets.forEach(socket => socket.terminate());
} finally {
    server.kill();
}
