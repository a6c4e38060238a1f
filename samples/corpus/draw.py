"""Draws this corpus from the tldr collection: draw.py TLDR_FOLDER (BEIR layout) writes corpus, queries and judgements beside itself.

Pages are those of the commands named below, the first there is of common/ and linux/. Queries are one example description of
each of 120 pages, chosen with seed 20261123 among those that no other drawn page has too and that have five words at least.
"""

import collections
import json
import pathlib
import random
import sys

COMMANDS = """
7z adduser alias apropos apt apt-get aria2c at awk base64 basename bash bc bg brew btop bzip2 cal cargo cat cd chattr chgrp chmod
chown chroot chsh cksum clear cmake cmp code column comm cp cpio cron crontab csplit curl cut date dd deno df diff dig dirname
dmesg docker docker-build docker-compose docker-container docker-cp docker-exec docker-images docker-logs docker-network docker-ps
docker-pull docker-rm docker-run docker-start docker-stop docker-system docker-volume dotnet dotnet-build dotnet-restore
dotnet-run dotnet-test dpkg du echo emacs env exit expand expr fc fdisk ffmpeg ffprobe fg file find finger flatpak fmt fold free
fsck fuser fzf gcc gdb gh gh-issue gh-pr gh-repo git git-add git-am git-apply git-archive git-bisect git-blame git-branch
git-checkout git-cherry-pick git-clean git-clone git-commit git-config git-diff git-fetch git-gc git-grep git-init git-log
git-ls-files git-merge git-mv git-pull git-push git-rebase git-reflog git-remote git-reset git-restore git-revert git-rm
git-shortlog git-show git-stash git-status git-submodule git-switch git-tag git-worktree go go-build go-test gpg grep groups
gunzip gzip halt head helm history hostname hostnamectl htop iconv id ifconfig inkscape ip ip-address ip-route iptables java javac
jobs join journalctl jq kill killall kubectl kubectl-apply kubectl-delete kubectl-describe kubectl-exec kubectl-get kubectl-logs
last less ln locale locate logger login ls lsb_release lsblk lscpu lsof lspci lsusb magick make man md5sum mkdir mkfs mktemp more
mount mv mysql mysqldump nano nc ncdu neofetch netstat nginx nice nl nmap nmcli node nohup npm npm-install npm-run nslookup
openssl pacman pandoc parallel passwd paste patch perl pg_dump pgrep php ping pip pip-install pkill podman poweroff pr printenv
printf ps psql pv pwd python rclone readlink realpath reboot redis-cli rename renice rev rg rm rmdir rpm rsync ruby rustc scp
screen script sed seq service sftp sha256sum shred shuf shutdown sleep sort split sqlite3 ss ssh ssh-add ssh-agent ssh-copy-id
ssh-keygen stat strace strings su sudo swapon sync sysctl systemctl tac tail tar tcpdump tee telnet terraform test time timeout
tmux top touch tr traceroute tree true truncate tty ufw ulimit umask umount uname unexpand uniq unzip uptime useradd userdel
usermod vim vmstat w wait watch wc wget whatis whereis which who whoami whois xargs xdg-open xxd yes youtube-dl yt-dlp zip zsh
""".split()


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write(path, records):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def main(source):
    here = pathlib.Path(__file__).parent
    source = pathlib.Path(source)
    pages = {page["_id"]: page for page in lines(source / "corpus.jsonl")}
    drawn = {}
    for command in COMMANDS:
        found = [f"{folder}/{command}" for folder in ("common", "linux") if f"{folder}/{command}" in pages]
        if not found:
            print(f"no page for {command}", file=sys.stderr)
            continue
        drawn[found[0]] = pages[found[0]]

    texts = {query["_id"]: query["text"] for query in lines(source / "queries.jsonl")}
    judged = collections.defaultdict(list)
    for split in ("train", "test"):
        for line in (source / "qrels" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, page, _ = line.split("\t")
            if page in drawn:
                judged[page].append(query)
    times = collections.Counter(texts[query].lower() for queries in judged.values() for query in queries)
    usable = {
        page: [query for query in sorted(queries) if times[texts[query].lower()] == 1 and len(texts[query].split()) >= 5]
        for page, queries in sorted(judged.items())
    }
    chance = random.Random(20261123)
    chosen = sorted(chance.sample([page for page, queries in usable.items() if queries], 120))
    judgements = [(chance.choice(usable[page]), page) for page in chosen]

    (here / "qrels").mkdir(exist_ok=True)
    write(here / "corpus.jsonl", (drawn[page] for page in sorted(drawn)))
    write(here / "queries.jsonl", ({"_id": query, "text": texts[query]} for query, _ in judgements))
    with open(here / "qrels" / "test.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        file.writelines(f"{query}\t{page}\t1\n" for query, page in judgements)
    print(f"{len(drawn)} documents, {len(judgements)} queries")


if __name__ == "__main__":
    main(sys.argv[1])
