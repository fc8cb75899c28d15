"""OneRoster packages for tests: Washington Elementary, two classes, three students and a teacher."""

import io
import zipfile

SESSIONS = """sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
y26,,,2025-26,schoolYear,2025-08-18,2099-06-01,,2026
fall,,,Fall,term,2025-08-18,2098-01-10,y26,2026
"""
ORGS = """sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
d1,,,The District,district,,
washington,,,Washington Elementary,school,,d1
"""
COURSES = """sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,\
subjectCodes
c1,,,y26,Homeroom,,,washington,,
"""
CLASSES = """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,\
schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
room-1,,,Room 1,,c1,,homeroom,,washington,y26,,,"01,02"
room-2,,,Room 2,,c1,,homeroom,,washington,fall,,,01
"""
USERS = """sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,grades
dee,,,true,dee,,Dee,Doe,,05
eli,,,true,eli,,Eli,"O'Hara, Jr",,5
fay,,,true,fay,,Fay,Fox,,KG
gus,,,true,gus,,Gus,Guest,,
may,,,true,may,,May,Moss,,
"""
ROLES = """sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,\
userProfileSourcedId
r1,,,dee,primary,student,2025-08-18,,washington,
r2,,,eli,primary,student,,,washington,
r3,,,fay,primary,student,2025-09-01,2026-03-10,washington,
r4,,,gus,primary,guardian,,,washington,
r5,,,may,primary,teacher,,,washington,
"""
ENROLLMENTS = """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,\
beginDate,endDate
e1,,,room-1,washington,dee,student,,,
e2,,,room-1,washington,eli,student,,2025-09-01,
e3,,,room-1,washington,fay,student,,2025-09-01,2026-03-10
e4,,,room-2,washington,dee,student,,,
e5,,,room-1,washington,may,teacher,true,,
"""
BULK = {
    "orgs": ORGS, "academicSessions": SESSIONS, "courses": COURSES, "classes": CLASSES, "users": USERS,
    "roles": ROLES, "enrollments": ENROLLMENTS,
}  # fmt: skip


def manifest(files: dict[str, str], mode: str = "bulk") -> str:
    lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    lines += [f"file.{name},{mode}" for name in files]
    return "\n".join([*lines, "file.lineItems,absent"]) + "\n"


def package(mode: str | None = "bulk", **changed: str | None) -> bytes:
    """The files of BULK, but those changed (None: left out); in delta, only those that are given."""
    files = ({} if mode == "delta" else BULK) | changed
    kept = {name: text for name, text in files.items() if text is not None}
    if mode is not None:
        kept["manifest"] = manifest(kept, mode)
    return zipped({f"{name}.csv": text.encode() for name, text in kept.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()
