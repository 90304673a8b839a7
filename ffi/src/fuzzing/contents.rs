//! The rest of the table: what servers tell, streams that exchanges share, and readings by kind.

use core::ptr::null;

#[allow(clippy::wildcard_imports, reason = "all of the interface is called")]
use crate::*;

use super::{Program, size};

impl Program<'_> {
    /// One call.
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    pub(super) fn step_of_contents(&mut self, choice: u8) {
        // SAFETY: as for the calls of the other table.
        #[allow(clippy::multiple_unsafe_ops_per_block, reason = "it is a table")]
        unsafe {
            let status = match choice {
                48 => {
                    let (told, event) = (self.object(20), self.notification());
                    let (event, update) = (&raw const event, &raw mut self.update);
                    match self.byte() % 5 {
                        0 => mcpico_subscription_init(self.place(20), self.object(8)),
                        1 => mcpico_subscription_is_acknowledged(told, &raw mut self.flag),
                        2 => mcpico_event_update(event, update),
                        3 => {
                            let status = mcpico_subscription_read(told, event, update);
                            let update = self.update;
                            self.judge(status);
                            let call = self.call();
                            let granted = &raw mut self.flag;
                            mcpico_update_is_granted(&raw const update, &raw const call, granted)
                        }
                        _ => mcpico_subscription_read(told, event, update),
                    }
                }
                49 => {
                    let (channel, client) = (self.object(21), self.object(6));
                    let (inbox, count) = (self.object(5), usize::from(self.byte() % 3));
                    // The same one may stand there twice.
                    let mut exchanges = [self.object(8), self.object(22)];
                    let exchanges = exchanges.as_mut_ptr();
                    let (event, place) = (&raw mut self.event, &raw mut self.place);
                    let text = &raw mut self.string;
                    match self.byte() % 4 {
                        0 => mcpico_channel_init(channel),
                        1 => mcpico_channel_endpoint(channel, inbox, text),
                        2 => mcpico_lines_next_of(
                            self.object(11),
                            client,
                            exchanges,
                            count,
                            inbox,
                            event,
                            place,
                            text,
                        ),
                        _ => mcpico_channel_next(
                            channel, client, exchanges, count, inbox, event, place, text,
                        ),
                    }
                }
                50 => {
                    let (message, bearer) = (self.object(7), self.text());
                    if self.byte().is_multiple_of(2) {
                        return self.message(|buf, cap, len, post, exchange| {
                            mcpico_channel_open(bearer.0, bearer.1, buf, cap, len, post, exchange)
                        });
                    }
                    return self.message(|buf, cap, len, post, exchange| {
                        mcpico_channel_submit(
                            message, bearer.0, bearer.1, buf, cap, len, post, exchange,
                        )
                    });
                }
                52 => {
                    let event = self.notification();
                    let event = &raw const event;
                    let (level, text) = (&raw mut self.kind, &raw mut self.string);
                    match self.byte() % 3 {
                        0 => {
                            let mut read = mcpico_progress {
                                struct_size: size(null::<mcpico_progress>()),
                                ..core::mem::zeroed()
                            };
                            let status = mcpico_event_progress(event, &raw mut read);
                            (self.string, self.other) = (read.progress, read.message);
                            status
                        }
                        1 => mcpico_event_log(event, level, text, &raw mut self.other),
                        _ => mcpico_event_refusal(event, level, text, &raw mut self.other),
                    }
                }
                53 => {
                    let ((json, len), (list, list_len)) = (self.text(), self.text());
                    let (text, other) = (&raw mut self.string, &raw mut self.other);
                    match self.byte() % 8 {
                        0 => mcpico_result_tool(json, len, &raw mut self.flag, text, other),
                        1 => mcpico_result_page(json, len, list, list_len, text, other),
                        2 => {
                            let mut ttl = 0;
                            mcpico_result_cache(json, len, &raw mut ttl, &raw mut self.flag)
                        }
                        3 => {
                            let mut task = mcpico_task {
                                struct_size: size(null::<mcpico_task>()),
                                ..core::mem::zeroed()
                            };
                            let status = mcpico_task_read(json, len, &raw mut task);
                            (self.string, self.other) = (task.id, task.message);
                            status
                        }
                        4 => mcpico_task_outcome(json, len, &raw mut self.event),
                        5 => mcpico_rpc_parse(json, len, &raw mut self.event),
                        6 => mcpico_param_header_count(json, len, &raw mut self.len),
                        _ => {
                            let (client, flag) = (self.object(6), &raw mut self.flag);
                            mcpico_client_allows(client, list, list_len, json, len, flag)
                        }
                    }
                }
                54 => {
                    let params = self.text();
                    return self.output(|buf, cap, len| {
                        mcpico_elicitation_defaults(params.0, params.1, buf, cap, len)
                    });
                }
                55 => {
                    let (stream, pointers) = (self.object(23), self.object(19));
                    let count = usize::from(self.byte() % 3);
                    let part = &raw mut self.part;
                    match self.byte() % 4 {
                        0 => mcpico_json_stream_init(stream),
                        1 => mcpico_json_stream_finish(stream, pointers, count, part),
                        _ => {
                            let (text, len) = self.text();
                            let used = &raw mut self.len;
                            mcpico_json_stream_next(stream, text, len, pointers, count, used, part)
                        }
                    }
                }
                56 => {
                    let flag = &raw mut self.flag;
                    if self.byte().is_multiple_of(2) {
                        mcpico_exchange_is_over(self.object(8), flag)
                    } else {
                        mcpico_client_is_initializing(self.object(6), flag)
                    }
                }
                _ => {
                    let (stream, reference) = (self.text(), self.text());
                    let (buf, cap) = (self.fresh(), self.cap());
                    let (len, target) = (&raw mut self.len, &raw mut self.string);
                    let status = mcpico_message_endpoint(
                        stream.0,
                        stream.1,
                        reference.0,
                        reference.1,
                        buf,
                        cap,
                        len,
                        target,
                    );
                    assert!(status != MCPICO_OK || self.len <= cap);
                    status
                }
            };
            self.judge(status);
        }
    }
}
