#!/usr/bin/env perl
# A light program that is to the bridge what Claude Code is: the same arguments, screen, keys, state file, transcript,
# and the same hooks, run from the settings file that the bridge generates. A few MB instead of 200.
#
# It answers "say WORDS" at once. On "work SECONDS" it runs a tool every 1.5 s, says something after every third,
# and answers at the end. It draws its progress eight times a second while it works.
use strict;
use warnings;
use POSIX ();
use Time::HiRes qw(time);

my %option;
for (my $index = 0; $index < @ARGV - 1; $index++) {
    $option{$1} = $ARGV[$index + 1] if $ARGV[$index] =~ /^--(session-id|resume|settings)$/;
}
my $session = $option{'session-id'} // $option{resume} // die "a session is needed\n";
my $config = $ENV{CLAUDE_CONFIG_DIR} // "$ENV{HOME}/.claude";
my $cwd = POSIX::getcwd();
(my $project = $cwd) =~ s/[^A-Za-z0-9]/-/g;
mkdir $_ for $config, "$config/sessions", "$config/projects", "$config/projects/$project";
my $transcript = "$config/projects/$project/$session.jsonl";
my $state_file = "$config/sessions/$$.json";
my $started = field_22();
my %hooks = read_hooks($option{settings});

my $typed = '';
my $last_line = 'Ready.';
my ($turn, $turn_ends, $next_tool, $tools, $messages) = (undef, 0, 0, 0, 0);

$SIG{TERM} = $SIG{HUP} = sub { leave('other', 143) };
raw_keys();
state('idle');
draw();
hook('SessionStart', qq("source":") . ($option{resume} ? 'resume' : 'startup') . '"');

while (1) {
    my $wait = $turn ? 0.125 : undef;
    my $bits = '';
    vec($bits, 0, 1) = 1;
    if (select($bits, undef, undef, $wait) > 0) {
        my $keys;
        my $count = sysread(STDIN, $keys, 4096);
        leave('other', 129) unless $count;
        press($keys);
    }
    work() if $turn;
    draw();
}

sub press {
    my ($keys) = @_;
    for my $key (split //, $keys) {
        if ($key eq "\x15") { $typed = '' }
        elsif ($key eq "\r") { submit() }
        elsif ($key eq "\n" or $key ge ' ') { $typed .= $key }
    }
}

sub submit {
    (my $prompt = $typed) =~ s/^\s+|\s+$//g;
    $typed = '';
    return if $prompt eq '';
    my $id = uuid();
    my $answer = hook('UserPromptSubmit', qq("prompt_id":"$id","permission_mode":"default","prompt":) . json($prompt));
    if ($answer =~ /"decision":"block"/) {
        $typed = $prompt;
        return;
    }
    ($turn, $tools) = ($id, 0);
    record('user', qq("promptId":"$id","promptSource":"typed","message":{"role":"user","content":@{[json($prompt)]}}));
    state('busy');
    if ($prompt =~ /\bwork (\d+)/) {
        $turn_ends = time + $1;
        $next_tool = time + 0.5;
        say_text('I look at it.');
    }
    else {
        finish($prompt =~ /\bsay (.*)/ ? $1 : "ok: $prompt");
    }
}

sub work {
    my $now = time;
    return finish('Done: all of it works now, and the tests say so. ' x 4) if $now >= $turn_ends;
    return if $now < $next_tool;
    $next_tool += 1.5;
    $tools++;
    my $use = 'toolu_' . sprintf('%012d', $tools);
    my $input = qq({"command":"npm test -- part $tools","description":"Runs a part of the tests"});
    my $output = json("ok $tools - a line of what a command prints when it goes well\n" x 12);
    my $call = qq("tool_name":"Bash","tool_input":$input,"tool_use_id":"$use","tool_response":{"stdout":$output});
    record('assistant', qq("message":{"role":"assistant","content":[{"type":"tool_use","id":"$use","input":$input}]}));
    hook('PostToolUse', qq("prompt_id":"$turn",$call,"duration_ms":53));
    hook('PostToolBatch', qq("prompt_id":"$turn","tool_calls":[{$call}]));
    record('user', qq("message":{"role":"user","content":[{"type":"tool_result","content":$output}]}));
    say_text("Part $tools is done; the next one is a bit longer, and I say so in a sentence or two.") if $tools % 3 == 0;
}

sub say_text {
    my ($text) = @_;
    my $message = uuid();
    $last_line = $text;
    hook('MessageDisplay', qq("prompt_id":"$turn","turn_id":"$turn","message_id":"$message","index":0,)
          . qq("final":true,"delta":) . json($text));
    record('assistant', qq("message":{"role":"assistant","content":[{"type":"text","text":@{[json($text)]}}]}));
}

sub finish {
    my ($text) = @_;
    $text =~ s/\s+$//;
    say_text($text);
    hook('Stop', qq("prompt_id":"$turn","stop_hook_active":false,"background_tasks":[],"last_assistant_message":)
          . json($text));
    $turn = undef;
    state('idle');
}

# Runs a hook as the agent does: through a shell, with JSON on its standard input. Returns what it prints.
sub hook {
    my ($kind, $fields) = @_;
    my $command = $hooks{$kind} // return '';
    my $event = qq({"session_id":"$session","transcript_path":"$transcript","cwd":"$cwd","hook_event_name":"$kind",)
      . "$fields}";
    pipe(my $in, my $to_hook) or die "pipe: $!";
    pipe(my $from_hook, my $out) or die "pipe: $!";
    my $child = fork() // die "fork: $!";
    if ($child == 0) {
        $SIG{TERM} = $SIG{HUP} = 'DEFAULT';
        POSIX::dup2(fileno($in), 0);
        POSIX::dup2(fileno($out), 1);
        close $_ for $in, $to_hook, $from_hook, $out;
        { exec '/bin/sh', '-c', $command }
        POSIX::_exit(127);
    }
    close $in;
    close $out;
    syswrite($to_hook, $event);
    close $to_hook;
    my $answer = do { local $/; <$from_hook> } // '';
    close $from_hook;
    waitpid($child, 0);
    return $answer;
}

sub read_hooks {
    my ($path) = @_;
    open(my $file, '<', $path) or die "$path: $!\n";
    my $settings = do { local $/; <$file> };
    my %found;
    while ($settings =~ /"command":\s*"((?:[^"\\]|\\.)*)"/g) {
        (my $command = $1) =~ s/\\(.)/$1/g;
        $found{$1} = $command if $command =~ / (\w+) (?:tell|ask)\b/;
    }
    return %found;
}

sub state {
    my ($status) = @_;
    my $at = int(time * 1000);
    replace($state_file, qq({"pid":$$,"sessionId":"$session","cwd":@{[json($cwd)]},"procStart":"$started",)
          . qq("version":"2.1.329","status":"$status","statusUpdatedAt":$at}));
}

sub replace {
    my ($path, $content) = @_;
    open(my $file, '>', "$path.new") or die "$path: $!\n";
    print $file $content;
    close $file;
    rename "$path.new", $path;
}

sub record {
    my ($type, $fields) = @_;
    open(my $file, '>>', $transcript) or die "$transcript: $!\n";
    print $file qq({"type":"$type","uuid":"@{[uuid()]}","sessionId":"$session","cwd":@{[json($cwd)]},$fields}\n);
    close $file;
}

sub draw {
    my $rule = "\xe2\x94\x80" x 118;
    my @box = $typed eq '' ? ('') : $typed =~ /([^\n]{1,110}|(?<=\n)(?=\n))/g;
    my $progress = $turn ? '* Working... (' . int(time * 8) % 1000 . ')' : '';
    my $rows = join("\r\n", $last_line, '', $progress, $rule, "\xe2\x9d\xaf $box[0]", map({ "  $_" } @box[1 .. $#box]), $rule);
    syswrite(STDOUT, "\x1b[H\x1b[J$rows");
}

sub raw_keys {
    my $terminal = POSIX::Termios->new;
    $terminal->getattr(0) // return;
    $terminal->setlflag($terminal->getlflag & ~(POSIX::ECHO() | POSIX::ICANON() | POSIX::ISIG()));
    $terminal->setiflag($terminal->getiflag & ~(POSIX::ICRNL() | POSIX::IXON()));
    $terminal->setattr(0, POSIX::TCSANOW());
}

sub leave {
    my ($reason, $code) = @_;
    hook('SessionEnd', qq("reason":"$reason"));
    unlink $state_file;
    POSIX::_exit($code);
}

sub json {
    my ($text) = @_;
    $text =~ s/(["\\])/\\$1/g;
    $text =~ s/\n/\\n/g;
    $text =~ s/([\x00-\x1f])/sprintf('\\u%04x', ord $1)/ge;
    return qq("$text");
}

sub uuid {
    my @words = map { int(rand(65536)) } 1 .. 8;
    return sprintf('%04x%04x-%04x-4%03x-8%03x-%04x%04x%04x', @words[0 .. 2], $words[3] & 0xfff, $words[4] & 0xfff, @words[5 .. 7]);
}

sub field_22 {
    open(my $file, '<', "/proc/$$/stat") or return '';
    my $stat = <$file>;
    $stat =~ s/^.*\) //;
    return (split / /, $stat)[19];
}
