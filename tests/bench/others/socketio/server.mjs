// SPDX-License-Identifier: MIT
// What fanout.mjs needs of a server, on Socket.IO in memory: groups, and a message to all members of one.
import { Server } from "socket.io";

const io = new Server(Number(process.argv[2]), { transports: ["websocket"], perMessageDeflate: false });
let seq = 0;
io.on("connection", socket => {
    socket.on("JoinGroup", (group, done) => {
        socket.join(group);
        done();
    });
    socket.on("SendMessage", (groupId, text) => {
        io.to(groupId).emit("OnMessage",
            { groupId, authorId: "user1", text, sendTime: new Date().toISOString(), seq: ++seq, epoch: "none" });
    });
});
