"""What people do at work: verb phrases in three forms, of one table.

Slots: `do` (base, after a modal or "to"), `did` (past), `doing` (after a preposition); `jot` and
`jotted` are base and past with few words, for texts that are typed in haste.
"""

# Base, past, -ing form, and what goes with the verb; all written for this project.
_VERBS = """
accept|accepted|accepting|{object} as it is
add|added|adding|{object} to {object}
add|added|adding|{few} lines to {object}
agree|agreed|agreeing|to {object} in the end
answer|answered|answering|the question about {object}
arrange|arranged|arranging|a meeting with {whom}
ask|asked|asking|for {object}
ask|asked|asking|{whom} about {object}
ask|asked|asking|for {few} more {unit}
attach|attached|attaching|{object} to the letter
begin|began|beginning|with {object}
bring|brought|bringing|{object} to the meeting
call|called|calling|{whom} about {object}
cancel|cancelled|cancelling|{object}
carry|carried|carrying|the cost of {object}
change|changed|changing|{object}
change|changed|changing|the order of the columns in {object}
check|checked|checking|{object} against {object}
clear|cleared|clearing|{object} with {whom}
close|closed|closing|{object} without a word to {whom}
collect|collected|collecting|{object} at the station
compare|compared|comparing|{object} with {object}
complain|complained|complaining|about {object}
complete|completed|completing|{object}
confirm|confirmed|confirming|the date of {object}
consider|considered|considering|{object} and its price
copy|copied|copying|{object} to {whom}
correct|corrected|correcting|the error in {object}
decide|decided|deciding|on {object}
deliver|delivered|delivering|{object} to the side entrance
describe|described|describing|{object} in more detail
discuss|discussed|discussing|{object} with {whom}
divide|divided|dividing|{object} into {few} parts
enter|entered|entering|{object} in the system
estimate|estimated|estimating|the cost of {object} at {sum} euros
explain|explained|explaining|{object} to {whom}
extend|extended|extending|the time for {object}
find|found|finding|a mistake in {object}
find|found|finding|{object} on the shared drive
find|found|finding|another solution for {object}
finish|finished|finishing|the first part of {object}
follow|followed|following|the instructions in {object}
forget|forgot|forgetting|{object}
forward|forwarded|forwarding|{object} to {whom}
get|got|getting|an answer from {whom}
give|gave|giving|{object} to {whom}
go|went|going|through {object} with {whom}
hand|handed|handing|{object} over to {whom}
hear|heard|hearing|about {object} from {whom}
include|included|including|the number {number} in {object}
inform|informed|informing|{whom} of {object}
insist|insisted|insisting|on {object}
introduce|introduced|introducing|{object} to {whom}
keep|kept|keeping|{object} in the cabinet
leave|left|leaving|{object} at the reception
leave|left|leaving|out the last {few} lines of {object}
list|listed|listing|the points that are open in {object}
look|looked|looking|at {object}
look|looked|looking|for {object} in the archive
lose|lost|losing|the second page of {object}
measure|measured|measuring|the room for {object}
meet|met|meeting|{whom} at the station
mention|mentioned|mentioning|{object} to {whom}
miss|missed|missing|the date for {object}
move|moved|moving|{object} to another folder
need|needed|needing|{few} more {unit} for {object}
note|noted|noting|the changes to {object}
offer|offered|offering|{whom} {few} {unit} more
open|opened|opening|{object} on another machine
order|ordered|ordering|{number} pieces at {sum} euros
pass|passed|passing|{object} on to {whom}
pay|paid|paying|{sum} euros for {object}
plan|planned|planning|{object} with {whom}
postpone|postponed|postponing|{object}
prepare|prepared|preparing|{object} for {whom}
present|presented|presenting|{object} to {whom}
print|printed|printing|{number} copies of {object}
promise|promised|promising|{object} to {whom}
put|put|putting|{object} on the list
raise|raised|raising|the question of {object}
reach|reached|reaching|{whom} at the other number
read|read|reading|the section on {object}
receive|received|receiving|{object} from {whom}
recommend|recommended|recommending|{object} to {whom}
reduce|reduced|reducing|the price of {object} to {sum} euros
refer|referred|referring|to {object}
reject|rejected|rejecting|the idea of {whom}
remind|reminded|reminding|{whom} of {object}
remove|removed|removing|the last entry from {object}
repeat|repeated|repeating|the test of {object}
replace|replaced|replacing|{object} with {object}
reserve|reserved|reserving|the room for {few} {unit}
return|returned|returning|{object} to {whom}
review|reviewed|reviewing|{object} in detail
save|saved|saving|{object} in the wrong place
see|saw|seeing|{object} at the office of {whom}
send|sent|sending|{object} to {whom}
send|sent|sending|{whom} {object}
set|set|setting|a date for {object}
share|shared|sharing|{object} with {whom}
show|showed|showing|{object} to {whom}
sign|signed|signing|{object} in the presence of {whom}
sort|sorted|sorting|{object} by date
spend|spent|spending|{few} {unit} on {object}
start|started|starting|{object} over again
stop|stopped|stopping|{object} for the time being
store|stored|storing|{object} in the basement
suggest|suggested|suggesting|{object} instead of {object}
take|took|taking|{object} to {whom}
take|took|taking|care of {object}
take|took|taking|notes on {object}
talk|talked|talking|to {whom} about {object}
tell|told|telling|{whom} about {object}
test|tested|testing|{object} on {number} records
think|thought|thinking|about {object}
translate|translated|translating|{object} into the other language
transfer|transferred|transferring|{sum} euros for {object}
try|tried|trying|{object} with {whom}
turn|turned|turning|to {whom} about {object}
update|updated|updating|the second section of {object}
use|used|using|{object} in place of {object}
wait|waited|waiting|for {object}
wait|waited|waiting|for an answer from {whom}
withdraw|withdrew|withdrawing|the request for {object}
work|worked|working|on {object} with {whom}
write|wrote|writing|to {whom} about {object}
write|wrote|writing|a short note on {object}
"""
_ROWS = [line.split("|") for line in _VERBS.split("\n") if line]


def _brief(rest: str) -> str:
    return rest.replace("{object}", "{item}").replace("{whom}", "{someone}")


PHRASES: dict[str, tuple[str, ...]] = {
    "do": tuple(f"{base} {rest}" for base, _, _, rest in _ROWS),
    "did": tuple(f"{past} {rest}" for _, past, _, rest in _ROWS),
    "doing": tuple(f"{present} {rest}" for _, _, present, rest in _ROWS),
    "jot": tuple(f"{base} {_brief(rest)}" for base, _, _, rest in _ROWS),
    "jotted": tuple(f"{past} {_brief(rest)}" for _, past, _, rest in _ROWS),
}
